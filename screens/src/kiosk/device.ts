import { signal } from "@preact/signals";
import { Refused, SignedOut, ask, now } from "../api/http.ts";
import { ClaimToken, DisplayUpdated, RequestPairing, WhoAmI, type DisplayUpdatedData, type RequestPairingData } from "../api/operations.ts";
import { own } from "./own.ts";
import { kiosk } from "../words/kiosk.ts";

type Asked = Extract<RequestPairingData["requestDisplayPairing"], { __typename: "RequestDisplayPairingSuccess" }>;
export type Pairing = Asked["pairing"];
export type Display = DisplayUpdatedData["displayUpdated"];

/** token null: the screen belongs to nobody, and shows a code. */
export const token = signal<string | null>(null);
/** As it last was; kept, so that a screen that starts in an outage knows what it shows. */
export const display = signal<Display | null>(null);
export const pairing = signal<Pairing | null>(null);
/** Why there is no code yet. */
export const trouble = signal<string | null>(null);

/** Takes up what this window kept. */
export function begin(): void {
  display.value = own.answer("display", DisplayUpdated);
  token.value = own.read("token");
}

const pause = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

export function shows(shown: Display): void {
  display.value = shown;
  own.keepAnswer("display", DisplayUpdated, shown);
}

/** Nobody's again: nothing of what it showed stays behind. What it knew of block chains does, as that is public. */
export function forget(): void {
  for (const name of ["token", "display", "heard", ...own.names("frame.")]) own.forget(name);
  display.value = null;
  token.value = null;
}

/** Whether the token is still good; asks until the server says so or no. */
export async function stillGood(): Promise<boolean> {
  for (let tries = 1; token.value !== null; tries += 1) {
    try {
      if ((await ask(WhoAmI, {}, token.value)).viewer !== null) return true;
      forget();
    } catch (error) {
      if (error instanceof SignedOut) forget();
      else await pause(1 + Math.random() * Math.min(15, 2 ** tries));
    }
  }
  return false;
}

/** Shows codes until somebody approves one. */
export async function pair(): Promise<void> {
  const before = own.read<Pairing>("pairing");
  pairing.value = before && Date.parse(before.expiresAt) > now() ? before : null;
  let tries = 0;
  while (token.value === null) {
    try {
      const wait = pairing.value === null ? await askForCode() : await askForToken(pairing.value);
      trouble.value = null;
      tries = 0;
      if (wait > 0) await pause(wait);
    } catch (error) {
      tries += 1;
      trouble.value = error instanceof TooSoon ? kiosk.tooMany : kiosk.cannotAsk;
      if (error instanceof Refused) pairing.value = null;
      await pause(error instanceof TooSoon ? error.seconds : 1 + Math.random() * Math.min(15, 2 ** tries));
    }
  }
  pairing.value = null;
  own.forget("pairing");
}

class TooSoon extends Error {
  constructor(readonly seconds: number) {
    super();
  }
}

/** How many seconds to wait. */
async function askForCode(): Promise<number> {
  // By the secret of the code before, which the server renews without counting it.
  const deviceCode = own.read<Pairing>("pairing")?.deviceCode ?? null;
  const { requestDisplayPairing: answer } = await ask(RequestPairing, { deviceCode });
  if (answer.__typename === "TooManyAttempts") throw new TooSoon(answer.retryAfterSeconds);
  pairing.value = answer.pairing;
  own.write("pairing", answer.pairing);
  return answer.pairing.pollSeconds;
}

async function askForToken(shown: Pairing): Promise<number> {
  if (Date.parse(shown.expiresAt) <= now()) {
    pairing.value = null;
    return 0;
  }
  const { claimDisplayToken: answer } = await ask(ClaimToken, { input: { deviceCode: shown.deviceCode } });
  switch (answer.__typename) {
    case "ClaimDisplayTokenSuccess":
      own.write("token", answer.token);
      own.write("publicKey", answer.publicKey);
      token.value = answer.token;
      return 0;
    case "PairingPending":
      return answer.pollSeconds;
    case "TooManyAttempts":
      return answer.retryAfterSeconds;
    default:
      pairing.value = null;
      return 1;
  }
}
