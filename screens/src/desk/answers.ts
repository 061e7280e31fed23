import { signal } from "@preact/signals";
import { Refused, Unreachable } from "../api/http.ts";
import { desk, person } from "../words/pages.ts";

/** What the last act came to. */
export const told = signal<{ good: boolean; text: string }>({ good: true, text: "" });

interface Answer {
  readonly __typename: string;
  readonly message?: string;
  readonly fields?: readonly { readonly path: readonly string[]; readonly message: string }[];
}

/** Tells how an act went; whether it went well. */
export async function attempt(act: () => Promise<Answer>, success: string = desk.done): Promise<boolean> {
  try {
    const answer = await act();
    const good = answer.__typename.endsWith("Success");
    const faults = answer.fields?.map((one) => one.message) ?? [];
    told.value = { good, text: good ? success : faults.length > 0 ? faults.join(" ") : (answer.message ?? answer.__typename) };
    return good;
  } catch (error) {
    told.value = { good: false, text: error instanceof Refused && !(error instanceof Unreachable) ? error.message : person.unreachable };
    return false;
  }
}
