import { useEffect } from "preact/hooks";
import type { BlockShown } from "../../api/operations.ts";
import type { Doubt, Fault } from "../../chain/verify.ts";
import { cut, useFit } from "../../board/fit.ts";
import { blocks as words, doubts as doubtWords, faults as faultWords } from "../../words/blocks.ts";
import { count } from "../../words/times.ts";
import type { Blocks } from "../frames.ts";
import { upright, usePage } from "../pages.ts";
import { check, findingsOf, type Findings } from "../seals.ts";

const A_PAGE = { wide: 8, upright: 6 };
const TURNED_AFTER = 7; // seconds
const FULL_MARKS = 25;

export function BlocksScene({ shown }: { shown: Blocks }) {
  useEffect(() => void check(shown), [shown]);
  const all = shown.blocks.edges.map((edge) => edge.node);
  const found = findingsOf(shown).value;
  const { faults, doubts } = found;
  // What is wrong comes first: it must not wait for its page.
  const ordered = faults.size > 0 ? [...all].sort((a, b) => Number(faults.has(b.id)) - Number(faults.has(a.id))) : all;
  const page = usePage(`blocks ${shown.id}`, ordered, upright.value ? A_PAGE.upright : A_PAGE.wide, TURNED_AFTER);
  const here = new Set(page.map((block) => block.id));
  return (
    <div class="blocks">
      <aside class="overview">
        <p class="figure"><b>{count(shown.blockCount)}</b>{words.count}</p>
        <p class="figure"><b>{count(shown.pairedCount)}</b>{words.paired}</p>
        <ul class="mosaic" aria-hidden="true" style={{ "--columns": columns(all.length, upright.value) }}>
          {all.map((block) => <li key={block.id} class={tile(block, faults.has(block.id), here.has(block.id))} />)}
        </ul>
        <Verdict found={found} size={all.length} />
      </aside>
      {all.length === 0 && <p class="waiting">{words.none}</p>}
      <ul class="cards" key={page[0]?.id}>
        {page.map((block) => <Card key={block.id} block={block} fault={faults.get(block.id)} doubt={doubts.get(block.id)} />)}
      </ul>
    </div>
  );
}

/** So many that all are seen at once. */
const columns = (size: number, tall: boolean): number => Math.max(tall ? 24 : 12, Math.ceil(Math.sqrt(size * (tall ? 4.2 : 1.15))));

/** The better its marks the fuller; here: among the cards beside. */
function tile(block: BlockShown, broken: boolean, here: boolean): string {
  const marks = block.lastInspection?.total;
  const level = marks === undefined ? 0 : marks >= 23 ? 3 : marks >= 18 ? 2 : 1;
  return `tile level-${level}${broken ? " broken" : ""}${here ? " here" : ""}`;
}

function Verdict({ found, size }: { found: Findings; size: number }) {
  const gone = [...found.faults.values()].filter((one) => one === "gone").length;
  const wrong = found.faults.size - gone;
  if (found.faults.size > 0) {
    return (
      <p class="verdict wrong" role="alert">
        <i>!</i>
        <span>{[wrong > 0 && words.broken(wrong), gone > 0 && words.gone(gone)].filter(Boolean).join(words.comma)}</span>
      </p>
    );
  }
  if (found.checked < size || size === 0) return <p class="verdict">{size > 0 && `${words.checking}…`}</p>;
  const doubts = found.doubts.size;
  if (doubts > 0) {
    return (
      <p class="verdict doubted">
        <i>?</i>
        <span>{words.doubted(found.checked - doubts, doubts)}</span>
      </p>
    );
  }
  return (
    <p class="verdict sealed">
      <i>✓</i>
      <span>{words.sealed(found.checked)}</span>
    </p>
  );
}

interface Carded {
  block: BlockShown;
  fault: Fault | undefined;
  doubt: Doubt | undefined;
}

const STEPS = 6; // as in blocks.css: all else gives way before the name of who is responsible

function fits(card: HTMLElement): boolean {
  return card.scrollHeight <= card.clientHeight + 2 && !cut(card.querySelector(".responsible"));
}

function Card({ block, fault, doubt }: Carded) {
  const { current, lastInspection } = block;
  const pairs = current.pairedWith.map((one) => one.displayName).join("　");
  const box = useFit<HTMLLIElement>(STEPS, fits, [current.responsible.displayName, current.name, fault, doubt]);
  return (
    <li class={fault ? "card wrong" : "card"} ref={box}>
      <h2>{current.name}</h2>
      <p class="extent">{fault ? <b>! {faultWords[fault]}</b> : doubt ? `? ${doubtWords[doubt]}` : current.extent}</p>
      <p class="people responsible">
        <span class="label">{words.responsible}</span>
        <b>{current.responsible.displayName}</b>
      </p>
      <p class="people pairs">
        <span class="label">{words.with}</span>
        {pairs}
      </p>
      <p class="marks">
        <span class="label">{words.marks}</span>
        {lastInspection ? (
          <>
            <span class="gauge"><i style={{ transform: `scaleX(${lastInspection.total / FULL_MARKS})` }} /></span>
            <b>{lastInspection.total}</b>/{FULL_MARKS}
          </>
        ) : (
          words.unmarked
        )}
      </p>
    </li>
  );
}
