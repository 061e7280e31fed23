import { computed, effect, signal } from "@preact/signals";
import type { Link } from "../api/link.ts";
import { display } from "./device.ts";
import { follow, frameOf, keepOnly, keyOf, type Scene } from "./frames.ts";
import { note } from "./reports.ts";

const EARLY = 3_000; // milliseconds before its turn that a scene is asked for
const SKIPPED = 2_500; // how long a scene that can't be shown stays
const ASKED_AGAIN = 10_000;

/** Which of the display's scenes is on, since when, and for how long. turn: grows with each change of scene. */
export const place = signal({ index: 0, turn: 0, seconds: 0 });
export const scene = computed<Scene | null>(() => display.value?.scenes[place.value.index] ?? null);
/** Keys of scenes that the server would not show when last asked. */
export const refused = signal<ReadonlySet<string>>(new Set());

/** Lets the scenes follow each other, until the returned function is called. */
export function rotate(link: Link): () => void {
  const following = new Map<string, () => void>();
  let timers: ReturnType<typeof setTimeout>[] = [];

  const later = (milliseconds: number, act: () => void): void => {
    timers.push(setTimeout(act, milliseconds));
  };

  function begin(one: Scene): void {
    const key = keyOf(one);
    if (following.has(key)) return;
    if (refused.peek().has(key)) refused.value = new Set([...refused.peek()].filter((each) => each !== key));
    following.set(key, () => undefined); // while it begins: what can't be followed ends at once
    const stop = follow(link, one, () => note(key, "shown"), () => {
      following.delete(key);
      note(key, "refused");
      refused.value = new Set([...refused.peek(), key]);
      const scenes = display.peek()?.scenes ?? [];
      const shown = scene.peek();
      if (shown === null || keyOf(shown) !== key) return;
      if (scenes.length > 1) later(SKIPPED, () => go(place.peek().index + 1));
      else later(ASKED_AGAIN, () => begin(one));
    });
    if (following.has(key)) following.set(key, stop);
  }

  function end(keys: ReadonlySet<string>): void {
    for (const [key, stop] of following) {
      if (keys.has(key)) continue;
      following.delete(key);
      stop();
    }
  }

  /** The next from there that has something to show; offline, only those with a frame have. */
  function next(from: number, scenes: readonly Scene[]): number {
    if (link.state.peek().live) return from % scenes.length;
    for (let step = 0; step < scenes.length; step += 1) {
      const index = (from + step) % scenes.length;
      const one = scenes[index];
      if (one && frameOf(keyOf(one)).peek()) return index;
    }
    return from % scenes.length;
  }

  function go(from: number): void {
    timers.forEach(clearTimeout);
    timers = [];
    const scenes = display.peek()?.scenes ?? [];
    const index = scenes.length > 0 ? next(from, scenes) : 0;
    const one = scenes[index];
    if (!one) return;
    begin(one);
    end(new Set([keyOf(one)]));
    place.value = { index, turn: place.peek().turn + 1, seconds: one.seconds };
    const following = scenes[(index + 1) % scenes.length];
    if (scenes.length === 1 || !following) return;
    later(Math.max(0, one.seconds * 1000 - EARLY), () => begin(following));
    later(one.seconds * 1000, () => go(index + 1));
  }

  let before = "";
  const stopWatching = effect(() => {
    const scenes = display.value?.scenes ?? [];
    const shown = scenes.map((one) => `${one.id} ${keyOf(one)} ${one.seconds}`).join("\n");
    if (shown === before) return;
    before = shown;
    keepOnly(new Set(scenes.map(keyOf)));
    go(0);
  });
  return () => {
    stopWatching();
    timers.forEach(clearTimeout);
    end(new Set());
  };
}
