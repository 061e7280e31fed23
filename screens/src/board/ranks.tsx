import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Board } from "../api/operations.ts";
import { board as words } from "../words/boards.ts";
import { count, mean } from "../words/times.ts";
import { cut, useFit } from "./fit.ts";

/** hiddenFromPublic: in the view of who may review, of one who chose not to be shown. */
export type Row = Board["rows"][number] & { readonly hiddenFromPublic?: boolean | null };
type Shown = Omit<Board, "rows"> & { readonly rows: readonly Row[] };

const RISE = 900; // milliseconds: a little more than the way takes
const FLASH = { duration: 1600, easing: "ease-out" } as const;

/** Who stands where. Rows keep their place in the document and move by transform, so that the eye can follow them. */
export function Ranks({ shown, own, names = false }: { shown: Shown; own?: string | null; names?: boolean }) {
  const top = Math.max(...shown.rows.map((row) => row.score), 1);
  // In an order that does not change: a node that is taken out and put back would jump.
  const placed = shown.rows.map((row, index) => ({ row, index })).sort((a, b) => (a.row.id < b.row.id ? -1 : 1));
  // On the first day every row is new, and a final board does not move: then no row is marked.
  const still = shown.period.kind === "DAY" || shown.state === "FINAL" || shown.rows.every((row) => row.previousRank === null);
  return (
    <ol class={still ? "ranks still" : "ranks"} style={{ "--n": shown.rows.length }} aria-owns={shown.rows.map((row) => `place-${row.id}`).join(" ")}>
      {placed.map(({ row, index }) => (
        <Place key={row.id} row={row} index={index} size={shown.rows.length} share={Math.max(0, row.score / top)}
          still={still} averaged={shown.scoring === "MEAN"} own={own === row.subject?.id} names={names} />
      ))}
    </ol>
  );
}

interface Placed {
  row: Row;
  index: number;
  size: number;
  share: number;
  still: boolean;
  averaged: boolean;
  own: boolean;
  /** Whether those who chose not to be shown are named. */
  names: boolean;
}

function Place({ row, index, size, share, still, averaged, own, names }: Placed) {
  const place = useRef<HTMLLIElement>(null);
  const flash = useRef<HTMLSpanElement>(null);
  const rising = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const before = useRef({ score: row.score, index });
  useLayoutEffect(() => {
    const rose = index < before.current.index;
    const gained = rose || row.score > before.current.score;
    before.current = { score: row.score, index };
    if (gained) flash.current?.animate([{ opacity: 1 }, { opacity: 0 }], FLASH);
    if (!rose) return;
    // Over those that it passes, and not through them.
    place.current?.classList.add("rising");
    clearTimeout(rising.current);
    rising.current = setTimeout(() => place.current?.classList.remove("rising"), RISE);
  }, [row.score, index]);
  const subject = row.hiddenFromPublic && !names && !own ? null : row.subject;
  return (
    <li
      ref={place}
      id={`place-${row.id}`}
      class={`place${row.rank <= 3 ? ` medal medal-${row.rank}` : ""}${own ? " own" : ""}`}
      style={{ transform: `translateY(${index * 100}%)` }}
      aria-posinset={index + 1}
      aria-setsize={size}
    >
      <span class="bar" style={{ transform: `scaleX(${share})` }} />
      <span class="flash" ref={flash} />
      <span class="rank">{row.rank}</span>
      {still ? <span class="move" /> : <Move rank={row.rank} before={row.previousRank} />}
      <Who notPublic={row.hiddenFromPublic === true && subject !== null} name={subject && (subject.__typename === "Member" ? subject.displayName : subject.name)}
        of={subject?.__typename === "Member" ? subject.organization.name : members(row)} />
      <Score value={averaged ? mean(row.score) : count(row.score)} />
    </li>
  );
}

const STEPS = 6; // as in ranks.css: the branch goes, the name shrinks, then it takes two lines

/** What a name needs it gets before its branch does: a branch of which too little can be read is left out. */
function fits(who: HTMLElement): boolean {
  const [name, of] = [who.querySelector(".name"), who.querySelector(".of")];
  const { width = 0 } = of?.getBoundingClientRect() ?? {};
  const least = 4 * parseFloat(of ? getComputedStyle(of).fontSize : "0"); // three letters and …
  return !cut(name) && (who.dataset["fit"] !== "0" || !of || of.scrollWidth <= of.clientWidth + 1 || width >= least);
}

interface Named {
  name: string | null;
  of: string;
  notPublic: boolean;
}

function Who({ name, of, notPublic }: Named) {
  const box = useFit<HTMLSpanElement>(STEPS, fits, [name, of, notPublic]);
  return (
    <span class="who" ref={box}>
      <span class={name === null ? "name hidden" : "name"}>{name ?? words.hidden}</span>
      {notPublic && <span class="not-public">{words.notPublic}</span>}
      <span class="of">{of}</span>
    </span>
  );
}

const members = (row: Row): string =>
  row.memberCount === null ? "" : `${words.members(row.memberCount)} · ${words.total(count(row.points))}`;

function Score({ value }: { value: ComponentChildren }) {
  return (
    <span class="score">
      {value}
      <span class="unit">{words.points}</span>
    </span>
  );
}

/** By its shape as much as by its colour. */
export function Move({ rank, before }: { rank: number; before: number | null }) {
  if (before === null) {
    return <span class="move new" role="img" aria-label={words.freshLong}><b>{words.fresh}</b></span>;
  }
  const places = before - rank;
  if (places === 0) return <span class="move same" role="img" aria-label={words.same}><i /></span>;
  return (
    <span class={`move ${places > 0 ? "up" : "down"}`} role="img" aria-label={places > 0 ? words.up(places) : words.down(-places)}>
      <i />
      {Math.abs(places)}
    </span>
  );
}
