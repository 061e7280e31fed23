import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { SignedOut } from "../api/http.ts";
import { token } from "../api/person.ts";
import { desk } from "../words/desk.ts";
import { Times } from "../words/times.ts";

const EVERY = 4000; // milliseconds
const SLOW = 6000; // milliseconds after which what is shown is no longer called the present

/** What was found last, and when; lost: it can't be asked at the moment. undefined: nothing was found yet. */
export interface Found<Value> {
  readonly value: Value | undefined;
  readonly heard: number;
  readonly lost: boolean;
}

const nothing = { value: undefined, heard: 0, lost: false };

/** What a question answers, asked again while the page is seen, and when its variables change. again: at once. */
export function useAsked<Value>(question: () => Promise<Value>, about: string): { found: Signal<Found<Value>>; again: () => Promise<void> } {
  const found = useSignal<Found<Value>>(nothing);
  const current = useRef({ question, about, round: 0 });
  current.current.question = question;
  const signed = token.value !== null;
  const again = async (): Promise<void> => {
    if (token.peek() === null) return; // what is shown waits for the next sign-in
    const mine = (current.current.round += 1); // what an earlier one still says is older
    const told = (now: Found<Value>): void => {
      if (mine === current.current.round) found.value = now;
    };
    const failed = (): void => told({ ...found.peek(), lost: true });
    const slow = setTimeout(failed, SLOW);
    try {
      told({ value: await current.current.question(), heard: Date.now(), lost: false });
    } catch (error) {
      if (!(error instanceof SignedOut)) failed();
    } finally {
      clearTimeout(slow);
    }
  };
  useEffect(() => {
    if (current.current.about !== about) {
      current.current.about = about;
      found.value = nothing;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const turn = async (): Promise<void> => {
      if (document.visibilityState === "visible") await again();
      if (!over) timer = setTimeout(() => void turn(), EVERY);
    };
    void turn();
    return () => {
      over = true;
      current.current.round += 1;
      clearTimeout(timer);
    };
  }, [about, signed]);
  return { found, again };
}

/** Says when what is shown is not the present. */
export function Lost({ found, zone }: { found: Found<unknown>; zone: string }) {
  const text = found.heard === 0 ? desk.notYet : desk.stale(new Times(zone).moment(found.heard, Date.now()));
  return <p role="status" class="away">{found.lost && `▲ ${text}`}</p>;
}
