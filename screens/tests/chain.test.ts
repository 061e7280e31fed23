// A second, independent implementation of the block chains, held to the same vectors as the server's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonical, type Json } from "../src/chain/canonical.ts";
import { digest, plain, signed } from "../src/chain/crypto.ts";
import { GENESIS, fault, leads, statement, type Link, type Opening, type Shown } from "../src/chain/verify.ts";

interface Kept extends Link {
  openings: Opening[];
  statement: string;
  signature: string;
  keyId: string;
  publicKey: string;
  signedAt: string;
}
interface Vectors {
  canonical: { about: string; value: Json; canonical: string; sha256: string }[];
  commitments: { path: string; value: string; salt: string; commitment: string }[];
  chain: (Omit<Kept, "sequence" | "previousHash"> & Partial<Kept>)[];
}

const vectors = JSON.parse(readFileSync("../tests/data/chain-vectors.json", "utf8")) as Vectors;
const links: Kept[] = vectors.chain.map((one) => {
  const said = JSON.parse(one.canonical) as { sequence: number; previousHash: string };
  return { ...one, sequence: said.sequence, previousHash: said.previousHash };
});
const last = links.at(-1) as Kept;

for (const { about, value, canonical: wanted, sha256 } of vectors.canonical) {
  test(`canonical: ${about}`, async () => {
    assert.equal(canonical(value), wanted);
    assert.equal(await digest(wanted), sha256);
  });
}

test("fractions, numbers too large and lone surrogates have no canonical", () => {
  for (const value of [0.5, 2 ** 53, "\ud800", ["\udc00x"]]) assert.throws(() => canonical(value));
});

for (const { path, value, salt, commitment } of vectors.commitments) {
  test(`commitment: ${path} ${value.slice(0, 8)}`, async () => assert.equal(await digest(salt + value), commitment));
}

test("every hash, statement and signature of the chain", async () => {
  let previous = GENESIS;
  for (const link of links) {
    const block = (JSON.parse(link.canonical) as { block: string }).block;
    assert.equal(await digest(link.canonical), link.hash);
    assert.equal(link.previousHash, previous);
    assert.equal(link.statement, statement(block, link.sequence, link.hash, link.signedAt));
    assert.equal(plain.digest(link.canonical), link.hash);
    assert.ok(plain.signed(link.statement, link.signature, link.publicKey));
    assert.ok(!plain.signed(`${link.statement} `, link.signature, link.publicKey));
    assert.ok(await signed(link.statement, link.signature, link.publicKey));
    assert.ok(!(await signed(`${link.statement} `, link.signature, link.publicKey)));
    previous = link.hash;
  }
});

test("the links lead from any head to the newest, and from no other", async () => {
  const newest = { length: last.sequence, head: last.hash };
  for (const [index, link] of links.entries()) {
    const seen = { length: link.sequence, head: link.hash };
    assert.ok(await leads(seen, links.slice(index + 1), newest));
    assert.ok(!(await leads({ ...seen, head: GENESIS }, links.slice(index + 1), newest)));
  }
  const [first, second, third] = links as [Kept, Kept, Kept];
  const from = { length: 1, head: first.hash };
  assert.ok(!(await leads(from, [third, second], newest)));
  assert.ok(!(await leads(from, [second], newest)));
  assert.ok(!(await leads(from, [{ ...second, canonical: second.canonical.replace("2", "3") }, third], newest)));
});

/** The newest revision as a screen loads it; whom the paired names stand for is told by their salts only. */
function shown(): Shown & { current: Kept } {
  const said = JSON.parse(last.canonical) as Record<string, string> & { recordedBy: string | null; retired: boolean };
  const opened = (path: string): string => last.openings.find((one) => one.path === path)?.value ?? "";
  const paired = JSON.parse(opened("pairedWith") || "[]") as string[];
  return {
    id: said["block"] as string,
    retiredAt: said.retired ? (said["recordedAt"] as string) : null,
    organization: { id: "T3JnYW5pemF0aW9u" },
    current: {
      ...last,
      name: opened("name"),
      extent: opened("extent"),
      recordedAt: said["recordedAt"] as string,
      recordedBy: said.recordedBy ? { id: said.recordedBy } : null,
      responsible: { id: said["responsible"] as string },
      pairedWith: paired.map((displayName) => ({ displayName, member: null })),
    },
    chain: { ...last, length: last.sequence, head: last.hash, intact: true },
  } as Shown & { current: Kept };
}

/** With salts that bind the organization above, and commitments, hash and key of its own; unsigned. */
async function made(): Promise<Shown> {
  const block = shown();
  const bind = await digest("0".repeat(32) + canonical({ organization: block.organization.id, paired: block.current.pairedWith.map(() => null) }));
  const openings = block.current.openings.map((one) => ({ ...one, salt: "0".repeat(32) + bind }));
  const content = JSON.parse(last.canonical) as { commitments: Record<string, string> };
  for (const one of openings) content.commitments[one.path] = await digest(one.salt + one.value);
  const text = canonical(content);
  const hash = await digest(text);
  return {
    ...block,
    current: { ...block.current, openings, canonical: text, hash },
    chain: { ...block.chain, head: hash, statement: statement(block.id, block.chain.length, hash, block.chain.signedAt) },
  };
}

test("each thing that does not fit is found", async () => {
  const block = await made();
  const { current, chain } = block;
  const key = chain.publicKey;
  assert.equal(await fault(block, key), "signature"); // all else fits, and nobody signed it
  const wrong: [string, Shown][] = [
    ["hash", { ...block, current: { ...current, hash: GENESIS } }],
    ["hash", { ...block, current: { ...current, canonical: current.canonical.replace('"retired":', '"retired": ') } }],
    ["content", { ...block, id: "QmxvY2s6" }],
    ["content", { ...block, current: { ...current, responsible: { id: "TWVtYmVyOg" } } }],
    ["content", { ...block, retiredAt: block.retiredAt ? null : "2026-01-01T00:00:00Z" }],
    ["opening", { ...block, current: { ...current, name: `${current.name}。` } }],
    ["opening", { ...block, current: { ...current, openings: current.openings.map((one) => ({ ...one, value: `${one.value} ` })) } }],
    ["place", { ...block, organization: { id: "b3RoZXI" } }],
    ["statement", { ...block, chain: { ...chain, length: chain.length + 1 } }],
    ["statement", { ...block, chain: { ...chain, signedAt: "2026-01-01T00:00:00Z" } }],
  ];
  for (const [wanted, one] of wrong) assert.equal(await fault(one, key), wanted);
  assert.equal(await fault(block, GENESIS), "key");
});
