import { canonical, type Json } from "./canonical.ts";
import { digest, signed } from "./crypto.ts";

export const GENESIS = "0".repeat(64);
const RANDOM = 32; // hex digits of a salt that are random; what follows binds whose block it is, and the paired members
const PATHS = ["name", "extent", "reason", "pairedWith"] as const;

export interface Opening {
  readonly path: string;
  readonly value: string;
  readonly salt: string;
}

/** One link, as it is loaded. */
export interface Link {
  readonly sequence: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly canonical: string;
}

/** What a screen loads of a block. */
export interface Shown {
  readonly id: string;
  readonly retiredAt: string | null;
  readonly organization: { readonly id: string };
  readonly current: Link & {
    readonly name: string;
    readonly extent: string;
    readonly recordedAt: string;
    readonly recordedBy: { readonly id: string } | null;
    readonly responsible: { readonly id: string };
    readonly pairedWith: readonly { readonly displayName: string; readonly member: { readonly id: string } | null }[];
    readonly openings: readonly Opening[];
  };
  readonly chain: {
    readonly length: number;
    readonly head: string;
    readonly intact: boolean;
    readonly statement: string;
    readonly signature: string;
    readonly publicKey: string;
    readonly signedAt: string;
  };
}

/** A head that was seen, to be gone on from. */
export interface Head {
  readonly length: number;
  readonly head: string;
}

/**
 * Why a block is not what it should be. hash, content, opening, place, statement, signature, key: what was loaded does
 * not fit together. broken: its history does not lead to it, or the server says so itself. back, rewritten, gone: it is
 * not what was seen before.
 */
export type Fault =
  | "hash"
  | "content"
  | "opening"
  | "place"
  | "statement"
  | "signature"
  | "key"
  | "broken"
  | "back"
  | "rewritten"
  | "gone";

/** Why nothing can be said against a block, nor for all of it: texts were erased, or its history was not to be had. */
export type Doubt = "erased" | "history";

export const statement = (block: string, length: number, head: string, signedAt: string): string =>
  ["leitai-head-v1", block, String(length), head, signedAt].join("\n");

interface Content {
  readonly commitments: Readonly<Record<string, string>>;
  readonly [key: string]: Json;
}

/** What a canonical says; null where it is not one of ours. */
function read(text: string): Content | null {
  try {
    const found = JSON.parse(text) as Content;
    const paths = Object.keys(found.commitments).sort().join();
    return found["domain"] === "leitai-block-v1" && paths === [...PATHS].sort().join() && canonical(found) === text ? found : null;
  } catch {
    return null;
  }
}

/** What is wrong with the newest revision and its signed head, by themselves; null where nothing is. */
export async function fault(block: Shown, pinned: string): Promise<Fault | null> {
  const { current, chain } = block;
  if ((await digest(current.canonical)) !== current.hash) return "hash";
  const content = read(current.canonical);
  if (content === null || !says(content, block)) return "content";
  for (const opening of current.openings) {
    if ((await digest(opening.salt + opening.value)) !== content.commitments[opening.path]) return "opening";
    if (!(await bound(opening, block))) return "place";
  }
  if (!tells(block)) return "opening";
  if (chain.length !== current.sequence || chain.head !== current.hash) return "statement";
  if (chain.statement !== statement(block.id, chain.length, chain.head, chain.signedAt)) return "statement";
  if (chain.publicKey !== pinned) return "key";
  if (!(await signed(chain.statement, chain.signature, pinned))) return "signature";
  return chain.intact ? null : "broken";
}

function says(content: Content, { id, retiredAt, current }: Shown): boolean {
  return (
    content["block"] === id &&
    content["sequence"] === current.sequence &&
    content["previousHash"] === current.previousHash &&
    (current.sequence > 1 || current.previousHash === GENESIS) &&
    content["recordedAt"] === current.recordedAt &&
    content["recordedBy"] === (current.recordedBy?.id ?? null) &&
    content["responsible"] === current.responsible.id &&
    content["retired"] === (retiredAt !== null)
  );
}

async function bound({ salt }: Opening, { organization, current }: Shown): Promise<boolean> {
  const random = salt.slice(0, RANDOM);
  const paired = current.pairedWith.map((one) => one.member?.id ?? null);
  return salt.slice(RANDOM) === (await digest(random + canonical({ organization: organization.id, paired })));
}

/** Whether the texts that are shown are those that the openings open; what was erased is shown as nothing. */
function tells({ current }: Shown): boolean {
  const opened = new Map(current.openings.map((one) => [one.path, one.value]));
  const names = canonical(current.pairedWith.map((one) => one.displayName));
  return (
    (opened.get("name") ?? "") === current.name &&
    (opened.get("extent") ?? "") === current.extent &&
    (opened.get("pairedWith") ?? names) === names
  );
}

/**
 * Whether its texts were erased: a commitment without its opening says nothing. pairedWith is left out: it holds names as
 * they were, and is not given any more when a member among them chose another.
 */
export function erased({ current }: Shown): boolean {
  const opened = new Set(current.openings.map((one) => one.path));
  return !opened.has("name") || !opened.has("extent");
}

/** Whether the links lead from a head that was seen to the one that is shown now. */
export async function leads(seen: Head, links: readonly Link[], now: Head): Promise<boolean> {
  let { length, head } = seen;
  for (const link of links) {
    if (link.sequence !== length + 1 || link.previousHash !== head) return false;
    const content = read(link.canonical);
    if ((await digest(link.canonical)) !== link.hash || content?.["previousHash"] !== head) return false;
    [length, head] = [link.sequence, link.hash];
  }
  return length === now.length && head === now.head;
}
