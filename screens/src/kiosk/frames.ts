import { signal, type Signal } from "@preact/signals";
import { now } from "../api/http.ts";
import type { Link } from "../api/link.ts";
import {
  ArenaUpdated,
  BlocksUpdated,
  BoardUpdated,
  CoursesUpdated,
  type ArenaUpdatedData,
  type BlocksUpdatedData,
  type Board,
  type CoursesUpdatedData,
  type LeaderboardInput,
  type Operation,
} from "../api/operations.ts";
import { display, type Display } from "./device.ts";
import { own } from "./own.ts";
import { dayOf } from "./periods.ts";

export type Scene = Display["scenes"][number];
export type Arena = ArenaUpdatedData["taskArenaUpdated"];

export type Courses = CoursesUpdatedData["courseBoardUpdated"];
export type Blocks = BlocksUpdatedData["blockBoardUpdated"];

/** What a scene shows, and when it came, by the server's clock. */
export type Frame =
  | { readonly kind: "board"; readonly at: number; readonly shown: Board }
  | { readonly kind: "arena"; readonly at: number; readonly shown: Arena }
  | { readonly kind: "blocks"; readonly at: number; readonly shown: Blocks }
  | { readonly kind: "courses"; readonly at: number; readonly shown: Courses };

/** until: when the frame was last known to be the newest. null: it is, as long as the link is live. */
interface Held {
  readonly frame: Signal<Frame | null>;
  readonly until: Signal<number | null>;
}

interface Heard {
  readonly at: number;
  readonly keys: readonly string[];
}

const DOCUMENTS: Readonly<Record<Scene["kind"], string>> = {
  MEMBER_LEADERBOARD: BoardUpdated,
  ORGANIZATION_LEADERBOARD: BoardUpdated,
  TASK_ARENA: ArenaUpdated,
  BLOCK_BOARD: BlocksUpdated,
  COURSES: CoursesUpdated,
};
const LOOKED = 30_000; // milliseconds between two looks at whether a period that is over is followed by another
const SAVED_AFTER = 5_000; // milliseconds: not every frame is worth writing to a disk that lasts for years

const frames = new Map<string, Held>();
const unsaved = new Map<string, ReturnType<typeof setTimeout>>();

/** Scenes that show the same have the same key. */
export const keyOf = (scene: Scene): string =>
  [scene.kind, scene.organization.id, scene.period, scene.periodsBack, scene.organizationKind, scene.scoring].join(" ");

const documentOf = (key: string): string => DOCUMENTS[key.slice(0, key.indexOf(" ")) as Scene["kind"]];

function held(key: string): Held {
  const before = frames.get(key);
  if (before) return before;
  const frame = own.answer<Frame>(`frame.${key}`, documentOf(key));
  const heard = own.read<Heard>("heard");
  const until = frame && Math.max(frame.at, heard?.keys.includes(key) ? heard.at : 0);
  const made = { frame: signal(frame), until: signal(until) };
  frames.set(key, made);
  return made;
}

export const frameOf = (key: string): Signal<Frame | null> => held(key).frame;
export const knownUntil = (key: string): Signal<number | null> => held(key).until;

/** For a start in an outage: when the server was last heard, and what was followed then. */
export function keepHeard(at: number): void {
  const keys = [...frames].filter(([, one]) => one.until.peek() === null).map(([key]) => key);
  own.write("heard", { at, keys } satisfies Heard);
}

function save(key: string): void {
  clearTimeout(unsaved.get(key));
  unsaved.delete(key);
  const frame = frames.get(key)?.frame.peek();
  if (frame) own.keepAnswer(`frame.${key}`, documentOf(key), frame);
}

addEventListener("pagehide", () => [...unsaved.keys()].forEach(save));

function show(key: string, frame: Frame): void {
  const { frame: shown, until } = held(key);
  shown.value = frame;
  until.value = null;
  if (!unsaved.has(key)) unsaved.set(key, setTimeout(() => save(key), SAVED_AFTER));
}

export function drop(key: string): void {
  clearTimeout(unsaved.get(key));
  unsaved.delete(key);
  own.forget(`frame.${key}`);
  held(key).frame.value = null;
}

/** Only what some scene shows stays. */
export function keepOnly(keys: ReadonlySet<string>): void {
  for (const key of [...frames.keys()]) if (!keys.has(key)) drop(key), frames.delete(key);
  for (const name of own.names("frame.")) if (!keys.has(name.slice("frame.".length))) own.forget(name);
}

/** Follows a scene until the returned function is called. came: a frame did. ended: it may not be shown at the moment. */
export function follow(link: Link, scene: Scene, came: () => void, ended: () => void): () => void {
  const key = keyOf(scene);
  const organizationId = scene.organization.id;
  let looking: ReturnType<typeof setInterval> | undefined;
  const unsure = (): void => {
    const { until } = held(key);
    const { live, heard } = link.state.peek();
    until.value ??= live ? now() : heard;
  };
  function from<Data, Variables extends Record<string, unknown>>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    read: (data: Data) => Frame,
  ): () => void {
    const stop = link.follow(operation, variables, {
      next: (data) => (show(key, read(data)), came()),
      ended: () => (clearInterval(looking), drop(key), ended()),
      unsure,
    });
    return () => (unsure(), stop());
  }
  const at = now;
  /** Of a period that is over, and of the one that follows it as soon as that is over too. */
  function boards(): () => void {
    const begin = (on: string | null): (() => void) =>
      from(BoardUpdated, { input: input(scene, on) }, (data) => ({ kind: "board", at: at(), shown: data.leaderboardUpdated }));
    let on = day(scene);
    if (on === null) return begin(null);
    let stop = (): void => undefined;
    looking = setInterval(() => {
      if (day(scene) === on) return;
      on = day(scene);
      stop();
      stop = begin(on);
    }, LOOKED);
    stop = begin(on);
    return () => (clearInterval(looking), stop());
  }
  switch (scene.kind) {
    case "MEMBER_LEADERBOARD":
    case "ORGANIZATION_LEADERBOARD":
      return boards();
    case "TASK_ARENA":
      return from(ArenaUpdated, { organizationId }, (data) => ({ kind: "arena", at: at(), shown: data.taskArenaUpdated }));
    case "BLOCK_BOARD":
      return from(BlocksUpdated, { organizationId }, (data) => ({ kind: "blocks", at: at(), shown: data.blockBoardUpdated }));
    case "COURSES":
      return from(CoursesUpdated, { organizationId }, (data) => ({ kind: "courses", at: at(), shown: data.courseBoardUpdated }));
  }
}

/** Of a scene that shows a period which is over, a day in it: null, the present one, which the server follows itself. */
const day = ({ period, periodsBack }: Scene): string | null =>
  periodsBack > 0 ? dayOf(period ?? "MONTH", periodsBack, now(), display.peek()?.organization.timeZone) : null;

function input(scene: Scene, on: string | null): LeaderboardInput {
  const shared = { organizationId: scene.organization.id, period: scene.period ?? "MONTH", on } as const;
  if (scene.kind === "MEMBER_LEADERBOARD") return { ...shared, subject: "MEMBER" };
  const [organizationKind, scoring] = [scene.organizationKind ?? "BRANCH", scene.scoring ?? "MEAN"] as const;
  return { ...shared, subject: "ORGANIZATION", organizationKind, scoring };
}
