import { kept } from "../api/kept.ts";

const MOST = 20; // windows
const RELOADED = 3_000; // milliseconds in which the window's page before this one lets its seat go
const BEAT = 1_000;
const SILENT = 3_500; // three beats that did not come
const SETTLED = 120; // for two windows that open at the same moment to see each other

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/**
 * The number that this window has among those of its browser's profile that show a screen, from 1 on: two windows are two
 * displays, each with its own code and token. A window keeps its number when it is reloaded; `?screen=2` asks for one.
 */
export async function takeSeat(): Promise<number> {
  const wanted = Number(new URLSearchParams(location.search).get("screen") ?? session(null));
  const preferred = Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST ? wanted : null;
  const take = navigator.locks === undefined ? beating : locked;
  const others = Array.from({ length: MOST }, (_, index) => index + 1).filter((one) => one !== preferred);
  let seat = MOST;
  for (const one of preferred === null ? others : [preferred, ...others]) {
    if (!(await take(one, one === preferred ? RELOADED : 0))) continue;
    seat = one;
    break;
  }
  session(seat);
  return seat;
}

/** Of this window alone; a browser that keeps nothing gives the next free one. */
function session(seat: number | null): string | null {
  try {
    if (seat !== null) sessionStorage.setItem("leitai.seat", String(seat));
    return sessionStorage.getItem("leitai.seat");
  } catch {
    return null;
  }
}

/** By the browser's own locks, which end with the page: on https, and on this machine's own address. */
function locked(seat: number, patience: number): Promise<boolean> {
  return new Promise((done) => {
    const held = (lock: Lock | null): Promise<void> | undefined => {
      done(lock !== null);
      return lock ? new Promise(() => undefined) : undefined;
    };
    const waiting = new AbortController();
    if (patience > 0) setTimeout(() => waiting.abort(), patience);
    const options = patience > 0 ? { signal: waiting.signal } : { ifAvailable: true };
    navigator.locks.request(`leitai.screen${seat}`, options, held).catch(() => done(false));
  });
}

interface Beat {
  readonly by: number;
  readonly count: number;
}

/** Without locks: each window writes down that it lives; a seat whose window is silent is free. */
async function beating(seat: number): Promise<boolean> {
  const name = `seat.${seat}`;
  const by = Math.random();
  const before = kept.read<Beat>(name);
  if (before) {
    for (let waited = 0; waited < SILENT; waited += BEAT / 4) {
      await pause(BEAT / 4);
      const now = kept.read<Beat>(name);
      if (now === null) break;
      if (now.by !== before.by || now.count !== before.count) return false;
    }
  }
  if (!kept.write(name, { by, count: 0 } satisfies Beat)) return true; // nothing is kept here: windows share nothing
  await pause(SETTLED * (1 + Math.random()));
  if (kept.read<Beat>(name)?.by !== by) return false;
  let count = 0;
  const timer = setInterval(() => {
    if (kept.read<Beat>(name)?.by !== by) {
      clearInterval(timer);
      location.reload(); // this window slept, and another sits here now
    } else kept.write(name, { by, count: (count += 1) } satisfies Beat);
  }, BEAT);
  addEventListener("pagehide", () => {
    if (kept.read<Beat>(name)?.by === by) kept.forget(name);
  });
  return true;
}
