import { base } from "./base.ts";
import { kept } from "./kept.ts";
import type { Operation } from "./operations.ts";

/** Nothing came back, or nothing that can be read: the server is away. */
export class Unreachable extends Error {}

/** The token is no longer good. */
export class SignedOut extends Error {}

/** The server understood, and says no. */
export class Refused extends Error {}

/** An error of GraphQL, as far as a page needs to know it. */
export interface Told {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** What asking again will not change; anything else is a fault of the moment, and says nothing of what was asked for. */
export const final = (error: Told | undefined): boolean =>
  ["NOT_FOUND", "FORBIDDEN", "UNAUTHENTICATED"].includes(error?.extensions?.code ?? "");

const PATIENCE = 15_000;
const LATER = [408, 429]; // what the same request may be answered otherwise a little later
const SKEWED = 20_000; // milliseconds from which on the server's clock is shown instead of this machine's

let ahead = kept.read<number>("ahead") ?? 0;

/** Now, as the server has it: a screen's own clock may be wrong. Until it was heard, as it had it before. */
export const now = (): number => Date.now() + ahead;

/** What the server says is the time. */
export function readClock(said: number): void {
  if (Number.isNaN(said)) return;
  const difference = said - Date.now();
  ahead = Math.abs(difference) < SKEWED ? 0 : difference;
  if (ahead !== kept.read("ahead")) kept.write("ahead", ahead);
}

/** From an answer, which tells whole seconds. */
export const readDate = (answer: Response): void => readClock(Date.parse(answer.headers.get("date") ?? "") + 500);

/** The answer of a query or mutation. Unreachable, SignedOut or Refused otherwise. */
export async function ask<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  token?: string | null,
): Promise<Data> {
  let answer: Response;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  let read: { data?: Data | null; errors?: readonly Told[] };
  try {
    answer = await fetch(new URL("graphql", base), {
      method: "POST",
      headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query: operation, variables }),
      signal: patience.signal,
    });
    if (answer.status >= 500 || LATER.includes(answer.status)) throw new Unreachable(String(answer.status));
    read = await answer.json();
  } catch (error) {
    throw error instanceof Unreachable ? error : new Unreachable(String(error));
  } finally {
    clearTimeout(timer);
  }
  readDate(answer);
  if (answer.status === 401) throw new SignedOut();
  const [wrong] = read.errors ?? [];
  // Beside an error, null in the data does not mean that there is nothing.
  if (wrong?.extensions?.code === "INTERNAL") throw new Unreachable(wrong.message);
  if (wrong || !read.data) throw new Refused(wrong?.message ?? String(answer.status));
  return read.data;
}
