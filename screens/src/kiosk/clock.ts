import { signal } from "@preact/signals";
import { now } from "../api/http.ts";

/** The server's time, told each second. */
export const clock = signal(now());

function tick(): void {
  clock.value = now();
  setTimeout(tick, 1000 - (clock.value % 1000) + 5);
}
tick();
