import { signal, useSignal, type Signal } from "@preact/signals";
import { Refused, SignedOut, Unreachable } from "../api/http.ts";
import { nowhere } from "../page/focus.ts";
import { desk } from "../words/desk.ts";
import { person, refused, type Refusal } from "../words/pages.ts";

/** What the last act came to. */
export const told = signal<{ good: boolean; text: string }>({ good: true, text: "" });

function why(error: unknown): string {
  if (error instanceof SignedOut) return person.expired;
  return error instanceof Refused && !(error instanceof Unreachable) ? error.message : person.unreachable;
}

/** Tells how an act went; whether it went well. failure: what did not happen, before why it did not. */
export async function attempt(act: () => Promise<Refusal>, success: string | (() => string), failure = ""): Promise<boolean> {
  const not = failure && `${failure}${desk.colon}`;
  told.value = { good: true, text: "" }; // the same result a second time is read out again
  try {
    const answer = await act();
    const good = answer.__typename.endsWith("Success");
    told.value = { good, text: good ? (typeof success === "string" ? success : success()) : `${not}${refused(answer)}` };
    return good;
  } catch (error) {
    told.value = { good: false, text: `${not}${why(error)}` };
    return false;
  }
}

/** Acts one at a time: while one is under way, another is not begun, however it is asked for. */
export function useOnce(): { busy: Signal<boolean>; once: (act: () => Promise<void>) => Promise<void> } {
  const busy = useSignal(false);
  const once = async (act: () => Promise<void>): Promise<void> => {
    if (busy.peek()) return;
    const from = document.activeElement;
    busy.value = true;
    try {
      await act();
    } finally {
      busy.value = false;
      // A disabled button loses the focus; it has it back where nothing else took it.
      setTimeout(() => nowhere() && from instanceof HTMLElement && from.isConnected && from.focus());
    }
  };
  return { busy, once };
}
