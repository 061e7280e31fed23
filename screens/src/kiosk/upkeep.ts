import { readDate } from "../api/http.ts";
import { language } from "../words/language.ts";
import { kiosk } from "../words/kiosk.ts";
import { own } from "./own.ts";

const SHELL_AFTER = 10_000; // milliseconds: the first scene comes first
const LOOK_EVERY = 10 * 60_000;

/** A reload during an outage still shows the screen. Browsers allow it on https and on this machine's own address. */
export function keepShell(): void {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  setTimeout(() => {
    navigator.serviceWorker.register(`${import.meta.env.BASE_URL}worker.js`).catch(() => undefined);
  }, SHELL_AFTER);
}

/** The machine's own screen saver stays away, where the browser may ask for that. */
export function stayAwake(): void {
  const ask = (): void => {
    if (document.visibilityState === "visible") void navigator.wakeLock?.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}

/** After a fault in the page itself: starts as when it was paired, without the kept frames. Each restart waits longer. */
export function startOver(): void {
  for (const name of ["display", "heard", ...own.names("frame.")]) own.forget(name);
  setTimeout(() => location.reload(), SHELL_AFTER * (0.5 + Math.random()));
}

/** A screen hangs for months: when the server has a newer build of this page, it is loaded, while the server answers. */
export function renewWhenNewer(): void {
  document.title = kiosk.product;
  document.documentElement.dataset["language"] = language;
  setTimeout(look, SHELL_AFTER + Math.random() * SHELL_AFTER);
}

async function look(): Promise<void> {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok || answer.redirected || answer.headers.get("x-leitai") !== "screens") throw new Error("not our server");
    readDate(answer);
    const text = await answer.text();
    const parts = [...document.querySelectorAll<HTMLElement>("script[src], link[rel=stylesheet]")].map(
      (part) => part.getAttribute("src") ?? part.getAttribute("href") ?? "",
    );
    if (text.includes('id="app"') && parts.some((part) => !text.includes(part)) && notJustNow()) location.reload();
  } catch {
    // the server is away, or something answers in its place; the next look will tell
  }
  setTimeout(look, LOOK_EVERY * (0.8 + Math.random() * 0.4));
}

/** A proxy that goes on giving an old page must not make the screen reload without end. */
function notJustNow(): boolean {
  const last = Number(sessionStorage.getItem("leitai.renewed") ?? 0);
  const long = Date.now() - last > 2 * LOOK_EVERY;
  if (long) sessionStorage.setItem("leitai.renewed", String(Date.now()));
  return long;
}
