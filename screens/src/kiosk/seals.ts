import { signal } from "@preact/signals";
import { ask } from "../api/http.ts";
import { kept } from "../api/kept.ts";
import { BlockLinks, type BlockLinksData, type BlockShown } from "../api/operations.ts";
import { fault, leads, type Fault, type Head, type Link } from "../chain/verify.ts";
import { token } from "./device.ts";
import type { Blocks } from "./frames.ts";

const AT_ONCE = 20; // blocks checked before the screen may draw again
const MOST_PAGES = 100;

/** What this screen found out for itself. faults: by block. missing: were seen here, and are nowhere now. */
export interface Findings {
  readonly checked: number;
  readonly faults: ReadonlyMap<string, Fault>;
  readonly missing: number;
}

export const findings = signal<Findings>({ checked: 0, faults: new Map(), missing: 0 });

type Heads = Record<string, Head>;
const found = new Map<string, { text: string; fault: Fault | null }>();
let waiting: Blocks | null = null;
let busy = false;

/** Checks a board; of those that come meanwhile, the newest is checked next. */
export async function check(board: Blocks): Promise<void> {
  waiting = board;
  if (busy) return;
  busy = true;
  try {
    while (waiting) {
      const next: Blocks = waiting;
      waiting = null;
      await checkAll(next);
    }
  } finally {
    busy = false;
  }
}

async function checkAll(board: Blocks): Promise<void> {
  const name = `heads.${board.organization.id}`;
  const heads: Heads = kept.read<Heads>(name) ?? {};
  const before = JSON.stringify(heads);
  const faults = new Map<string, Fault>();
  const shown = board.blocks.edges.map((edge) => edge.node);
  for (const [index, block] of shown.entries()) {
    const wrong = await verdict(block, heads);
    if (wrong) faults.set(block.id, wrong);
    if (index % AT_ONCE === AT_ONCE - 1) await new Promise((done) => setTimeout(done));
  }
  const here = new Set(shown.map((block) => block.id));
  let missing = 0;
  for (const id of Object.keys(heads)) {
    if (here.has(id)) continue;
    const gone = await whereabouts(id, heads);
    if (gone === "missing") missing += 1;
    else if (gone) faults.set(id, gone);
  }
  if (JSON.stringify(heads) !== before) kept.write(name, heads);
  for (const id of [...found.keys()]) if (!here.has(id)) found.delete(id);
  findings.value = { checked: shown.length, faults, missing };
}

/** What is wrong with a block; where nothing is, its head is kept when it is higher than the one kept before. */
async function verdict(block: BlockShown, heads: Heads): Promise<Fault | null> {
  const text = JSON.stringify([block.id, block.retiredAt, block.organization.id, block.current, block.chain]);
  const before = found.get(block.id);
  const seen = heads[block.id];
  if (before?.text === text && (before.fault || seen?.head === block.chain.head)) return before.fault;
  const wrong = (await fault(block, key(block))) ?? (await since(block, seen));
  // A question that was not answered is asked again with the next frame.
  if (wrong !== "unknown") found.set(block.id, { text, fault: wrong });
  if (wrong) return wrong === "unknown" ? null : wrong;
  heads[block.id] = { length: block.chain.length, head: block.chain.head };
  return null;
}

/** The key pinned when the screen was paired; of one paired earlier, the first that it saw. */
function key(block: BlockShown): string {
  const pinned = kept.read<string>("publicKey");
  if (pinned === null) kept.write("publicKey", block.chain.publicKey);
  return pinned ?? block.chain.publicKey;
}

async function since({ id, current, chain }: BlockShown, seen: Head | undefined): Promise<Fault | "unknown" | null> {
  if (!seen) return null;
  if (chain.length < seen.length) return "back";
  if (chain.length === seen.length) return chain.head === seen.head ? null : "rewritten";
  const links = chain.length === seen.length + 1 ? [current] : await between(id, seen.length, chain.length);
  if (links === null) return "unknown";
  return (await leads(seen, links, chain)) ? null : "rewritten";
}

async function between(id: string, from: number, to: number): Promise<Link[] | null> {
  const links: Link[] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: BlockLinksData | null = await ask(BlockLinks, { id, after }, token.peek()).catch(() => null);
    const block: BlockLinksData["block"] | undefined = answer?.block;
    if (!block) return null;
    links.push(...block.revisions.edges.map((edge) => edge.node));
    if (!block.revisions.pageInfo.hasNextPage) break;
    after = block.revisions.pageInfo.endCursor;
  }
  return links.filter((link) => link.sequence > from && link.sequence <= to);
}

/** Of a block that was on this board: retired in good order, or gone. */
async function whereabouts(id: string, heads: Heads): Promise<Fault | "missing" | null> {
  try {
    const { block } = await ask(BlockLinks, { id, after: null }, token.peek());
    if (block === null) return "missing";
    const wrong = await verdict(block, heads);
    if (wrong === null && block.retiredAt !== null) delete heads[id];
    return wrong;
  } catch {
    return null; // not answered: asked again with the next frame
  }
}
