import { effect, signal } from "@preact/signals";
import { kept } from "../api/kept.ts";
import { sitting } from "../api/person.ts";
import { beforeLeaving } from "../page/leaving.ts";
import { desk } from "../words/desk.ts";
import { told } from "./answers.ts";

const HOLD = 10_000; // milliseconds in which an act can be taken back
const LATE = 60_000; // a machine that slept longer than this past its time sends nothing
const TICK = 250;

/** An act that was chosen and is not sent yet. text: what it does, to whom. under way: it can't be taken back. */
export interface Held {
  readonly key: string;
  readonly text: string;
  readonly until: number;
  readonly underWay: boolean;
}

export const held = signal<readonly Held[]>([]);
/** Now, while something is held. */
export const clock = signal(Date.now());

const timers = new Map<string, ReturnType<typeof setTimeout>>();
let ticking: ReturnType<typeof setInterval> | undefined;

const waiting = (): readonly Held[] => held.peek().filter((one) => !one.underWay);

function set(all: readonly Held[]): void {
  held.value = all;
  if (all.length === 0) {
    clearInterval(ticking);
    ticking = undefined;
  } else ticking ??= setInterval(() => (clock.value = Date.now()), TICK);
}

function drop(key: string): void {
  clearTimeout(timers.get(key));
  timers.delete(key);
  set(held.peek().filter((one) => one.key !== key));
}

/** Sends in ten seconds, unless it is taken back. One act a key. */
export function hold(key: string, text: string, send: () => Promise<void>): void {
  drop(key);
  clock.value = Date.now();
  const one: Held = { key, text, until: clock.value + HOLD, underWay: false };
  set([...held.peek(), one]);
  told.value = { good: true, text: "" };
  const go = async (): Promise<void> => {
    if (Date.now() - one.until > LATE) {
      drop(key);
      told.value = { good: false, text: desk.unsent(1) };
      return;
    }
    set(held.peek().map((each) => (each === one ? { ...one, underWay: true } : each)));
    try {
      await send();
    } finally {
      drop(key);
    }
  };
  timers.set(key, setTimeout(() => void go(), HOLD));
}

export function takeBack(key: string): void {
  const one = waiting().find((each) => each.key === key);
  if (one === undefined) return;
  drop(key);
  told.value = { good: true, text: desk.takenBack(one.text) };
}

export function takeAllBack(): void {
  const all = waiting();
  for (const { key } of all) drop(key);
  if (all.length > 0) told.value = { good: true, text: desk.allTakenBack(all.length) };
}

export const heldOf = (key: string): Held | undefined => held.value.find((one) => one.key === key);

// ---------------------------------------------------------------- leaving sends nothing

beforeLeaving(() => (waiting().length > 0 ? desk.sureLeave(waiting().length) : ""));

addEventListener("pagehide", () => {
  const all = waiting();
  if (all.length === 0) return;
  for (const { key } of all) drop(key);
  told.value = { good: false, text: desk.unsent(all.length) }; // for one who comes back to the very page
  kept.write("unsent", all.length);
});

addEventListener("pageshow", (event) => event.persisted && kept.forget("unsent"));

/** Says once what was not sent when the page was left. */
export function tellUnsent(): void {
  const count = kept.read<number>("unsent") ?? 0;
  kept.forget("unsent");
  if (count > 0) told.value = { good: false, text: desk.unsent(count) };
}

// What one person chose is not sent for the next.
effect(() => {
  void sitting.value;
  for (const { key } of waiting()) drop(key);
});
