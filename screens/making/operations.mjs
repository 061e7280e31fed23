// Writes src/api/operations.ts from ../schema.graphql and the documents in src/**/*.graphql: for each operation its
// variables, what it answers, and its text without blanks. A document that the schema does not know ends the build.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Kind,
  buildSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  print,
  stripIgnoredCharacters,
  typeFromAST,
  validate,
} from "graphql";

const root = fileURLToPath(new URL("..", import.meta.url));
const schema = buildSchema(readFileSync(join(root, "../schema.graphql"), "utf8"));
const SCALARS = { ID: "string", String: "string", Int: "number", Float: "number", Boolean: "boolean", Long: "number" };

const texts = readdirSync(join(root, "src"), { recursive: true })
  .filter((name) => name.endsWith(".graphql"))
  .sort()
  .map((name) => readFileSync(join(root, "src", name), "utf8"));
const document = parse(texts.join("\n"));
const faults = validate(schema, document);
if (faults.length > 0) {
  for (const fault of faults) console.error(fault.toString());
  process.exit(1);
}
const fragments = new Map(
  document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION).map((one) => [one.name.value, one]),
);
const named = new Map(); // enums and inputs that operations use

function written(type, nullable, inner) {
  if (isNonNullType(type)) return written(type.ofType, false, inner);
  const text = isListType(type) ? `readonly (${written(type.ofType, true, inner)})[]` : inner(type);
  return nullable ? `${text} | null` : text;
}

function leaf(type) {
  if (isEnumType(type)) {
    named.set(type.name, type.getValues().map((one) => JSON.stringify(one.name)).join(" | "));
    return type.name;
  }
  if (isInputObjectType(type)) {
    if (!named.has(type.name)) {
      named.set(type.name, "");
      const fields = Object.values(type.getFields()).map((one) => variable(one.name, one.type, one.defaultValue));
      named.set(type.name, `{ ${fields.join(" ")} }`);
    }
    return type.name;
  }
  return SCALARS[type.name] ?? "string";
}

function variable(name, type, byDefault) {
  const left = !isNonNullType(type) || byDefault !== undefined;
  return `readonly ${name}${left ? "?" : ""}: ${written(type, true, leaf)};`;
}

// The fields that a selection asks of one concrete type: response name → type in TypeScript.
function fields(type, selections, found = new Map()) {
  for (const one of selections) {
    if (one.kind === Kind.FIELD) {
      const name = (one.alias ?? one.name).value;
      if (one.name.value === "__typename") found.set(name, JSON.stringify(type.name));
      else found.set(name, written(type.getFields()[one.name.value].type, true, (of) => answer(of, one.selectionSet)));
      continue;
    }
    const fragment = one.kind === Kind.INLINE_FRAGMENT ? one : fragments.get(one.name.value);
    const about = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type;
    if (about === type || (isAbstractType(about) && schema.isSubType(about, type))) {
      fields(type, fragment.selectionSet.selections, found);
    }
  }
  return found;
}

function answer(type, selectionSet) {
  const of = getNamedType(type);
  if (!selectionSet) return leaf(of);
  if (isObjectType(of)) return object(fields(of, selectionSet.selections));
  const kinds = schema.getPossibleTypes(of).map((one) => object(fields(one, selectionSet.selections)));
  return [...new Set(kinds)].join(" | ");
}

const object = (found) => `{ ${[...found].map(([name, type]) => `readonly ${name}: ${type};`).join(" ")} }`;

function used(node, found = new Set()) {
  for (const one of node.selectionSet?.selections ?? []) {
    if (one.kind === Kind.FRAGMENT_SPREAD && !found.has(one.name.value)) {
      found.add(one.name.value);
      used(fragments.get(one.name.value), found);
    } else used(one, found);
  }
  return found;
}

const lines = [];
for (const [name, fragment] of fragments) {
  const about = schema.getType(fragment.typeCondition.name.value);
  lines.push(`export type ${name} = ${answer(about, fragment.selectionSet)};`);
}
for (const one of document.definitions) {
  if (one.kind !== Kind.OPERATION_DEFINITION) continue;
  const name = one.name.value;
  const about = schema.getRootType(one.operation);
  const given = one.variableDefinitions.map((each) =>
    variable(each.variable.name.value, typeFromAST(schema, each.type), each.defaultValue),
  );
  const text = [one, ...[...used(one)].map((each) => fragments.get(each))].map(print).join("\n");
  lines.push(
    `export type ${name}Variables = { ${given.join(" ")} };`,
    `export type ${name}Data = ${answer(about, one.selectionSet)};`,
    `export const ${name} = ${JSON.stringify(stripIgnoredCharacters(text))} as Operation<${name}Data, ${name}Variables>;`,
  );
}
const types = [...named].map(([name, text]) => `export type ${name} = ${text};`);
const head = [
  "// Made by making/operations.mjs; not committed.",
  'declare const shape: unique symbol;',
  "export type Operation<Data, Variables> = string & { readonly [shape]: (given: Variables) => Data };",
];
writeFileSync(join(root, "src/api/operations.ts"), [...head, ...types, ...lines, ""].join("\n"));
