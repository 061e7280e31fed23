import { ask } from "../api/http.ts";
import { ReportScenes } from "../api/operations.ts";
import { display, token, type Display } from "./device.ts";
import { keyOf } from "./frames.ts";

const AFTER = 2_000; // milliseconds: what fails at once is told at once
const AGAIN = 30_000;

/** By a scene's key: whether it could be shown when last tried; "broken": this page can't draw it. */
const tried = new Map<string, "shown" | "refused" | "broken">();
let told: ReadonlySet<string> = new Set(); // ids of scenes that the server knows to fail
let timer: ReturnType<typeof setTimeout> | undefined;

/** What the server knows of this display's scenes. */
export function heardOf({ scenes }: Display): void {
  told = new Set(scenes.filter((one) => one.failingSince !== null).map((one) => one.id));
  later(AFTER);
}

export function note(key: string, how: "shown" | "refused" | "broken"): void {
  const before = tried.get(key);
  if (before === how || before === "broken") return;
  tried.set(key, how);
  later(AFTER);
}

function later(milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void tell(), milliseconds);
}

/** Says which scenes fail, where the server has it otherwise. Of scenes that were not tried yet, what it knows stands. */
async function tell(): Promise<void> {
  const ids = (display.peek()?.scenes ?? [])
    .filter((one) => (tried.get(keyOf(one)) ?? (told.has(one.id) ? "refused" : "shown")) !== "shown")
    .map((one) => one.id);
  if (token.peek() === null || (ids.length === told.size && ids.every((id) => told.has(id)))) return;
  try {
    await ask(ReportScenes, { input: { failingSceneIds: ids } }, token.peek());
    told = new Set(ids);
  } catch {
    later(AGAIN);
  }
}
