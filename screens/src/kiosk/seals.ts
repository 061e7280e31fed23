import { signal, type Signal } from "@preact/signals";
import { ask } from "../api/http.ts";
import { BlockLinks, type BlockLinksData, type BlockShown } from "../api/operations.ts";
import { GENESIS, erased, fault, leads, type Doubt, type Fault, type Head, type Link } from "../chain/verify.ts";
import { display, token } from "./device.ts";
import type { Blocks } from "./frames.ts";
import { own } from "./own.ts";

const AT_ONCE = 20; // blocks checked before the screen may draw again
const MOST_PAGES = 100;

/** What this screen found out about a board for itself. faults, doubts: by block, blocks that are gone among them. */
export interface Findings {
  readonly checked: number;
  readonly faults: ReadonlyMap<string, Fault>;
  readonly doubts: ReadonlyMap<string, Doubt>;
}

type Heads = Record<string, Head>;
type Checked = Map<string, { readonly text: string; readonly wrong: Fault | null }>;
const boards = new Map<string, { readonly findings: Signal<Findings>; readonly checked: Checked }>();

/** What is known of a board, and of each of its blocks at what was loaded last. */
function of(board: Blocks): { readonly findings: Signal<Findings>; readonly checked: Checked } {
  let known = boards.get(board.organization.id);
  if (!known) {
    known = { findings: signal({ checked: 0, faults: new Map(), doubts: new Map() }), checked: new Map() };
    boards.set(board.organization.id, known);
  }
  return known;
}

export const findingsOf = (board: Blocks): Signal<Findings> => of(board).findings;

const waiting = new Map<string, Blocks>();
let busy = false;

/** Checks a board; of those that come meanwhile, the newest of each is checked next. */
export async function check(board: Blocks): Promise<void> {
  waiting.set(board.organization.id, board);
  if (busy) return;
  busy = true;
  try {
    for (let [next] = waiting.values(); next; [next] = waiting.values()) {
      waiting.delete(next.organization.id);
      await checkAll(next);
    }
  } finally {
    busy = false;
  }
}

async function checkAll(board: Blocks): Promise<void> {
  const { findings, checked } = of(board);
  const name = `heads.${board.organization.id}`;
  const heads: Heads = own.read<Heads>(name) ?? {};
  const before = JSON.stringify(heads);
  const faults = new Map<string, Fault>();
  const doubts = new Map<string, Doubt>();
  const shown = board.blocks.edges.map((edge) => edge.node);
  const note = (id: string, { wrong, doubt }: Verdict): void => {
    if (wrong) faults.set(id, wrong);
    else if (doubt) doubts.set(id, doubt);
  };
  for (const [index, block] of shown.entries()) {
    note(block.id, await verdict(block, heads, checked));
    if (index % AT_ONCE === AT_ONCE - 1) await new Promise((done) => setTimeout(done));
  }
  const here = new Set(shown.map((block) => block.id));
  const pardoned = `pardoned.${board.organization.id}`;
  const paired = display.peek()?.id;
  const again = own.read<string>(pardoned) !== paired;
  for (const id of Object.keys(heads)) {
    if (here.has(id)) continue;
    const now = await whereabouts(id, heads, checked);
    // The person who paired this screen again has seen that it missed the block.
    if (now.wrong === "gone" && again) delete heads[id];
    else note(id, now);
  }
  if (again) own.write(pardoned, paired);
  if (JSON.stringify(heads) !== before) own.write(name, heads);
  for (const id of [...checked.keys()]) if (!here.has(id)) checked.delete(id);
  findings.value = { checked: shown.length, faults, doubts };
}

interface Verdict {
  readonly wrong: Fault | null;
  readonly doubt: Doubt | null;
}

/** What is wrong with a block; where nothing is, its head is kept when it is higher than the one kept before. */
async function verdict(block: BlockShown, heads: Heads, checked: Checked): Promise<Verdict> {
  const text = JSON.stringify([block.id, block.retiredAt, block.organization.id, block.current, block.chain]);
  const before = checked.get(block.id);
  const seen = heads[block.id];
  const doubt = erased(block) ? "erased" : null;
  if (before?.text === text && (before.wrong || seen?.head === block.chain.head)) return { wrong: before.wrong, doubt };
  const wrong = (await fault(block, key(block))) ?? (await since(block, seen));
  // A question that was not answered is asked again with the next frame.
  if (wrong === "unknown") return { wrong: null, doubt: "history" };
  checked.set(block.id, { text, wrong });
  if (wrong === null) heads[block.id] = { length: block.chain.length, head: block.chain.head };
  return { wrong, doubt };
}

/** The key pinned when the screen was paired; of one paired earlier, the first that it saw. */
function key(block: BlockShown): string {
  const pinned = own.read<string>("publicKey");
  if (pinned === null) own.write("publicKey", block.chain.publicKey);
  return pinned ?? block.chain.publicKey;
}

/** Whether it goes on from what was seen; of one that was never seen, from its beginning. */
async function since({ id, current, chain }: BlockShown, seen: Head | undefined): Promise<Fault | "unknown" | null> {
  const from = seen ?? { length: 0, head: GENESIS };
  if (chain.length < from.length) return "back";
  if (chain.length === from.length) return chain.head === from.head ? null : "rewritten";
  const links = chain.length === from.length + 1 ? [current] : await between(id, from.length, chain.length);
  if (links === null) return "unknown";
  if (await leads(from, links, chain)) return null;
  return seen ? "rewritten" : "broken";
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
async function whereabouts(id: string, heads: Heads, checked: Checked): Promise<Verdict> {
  try {
    const { block } = await ask(BlockLinks, { id, after: null }, token.peek());
    if (block === null) return { wrong: "gone", doubt: null };
    const now = await verdict(block, heads, checked);
    if (now.wrong === null && now.doubt !== "history" && block.retiredAt !== null) delete heads[id];
    return now;
  } catch {
    return { wrong: null, doubt: "history" }; // not answered: asked again with the next frame
  }
}
