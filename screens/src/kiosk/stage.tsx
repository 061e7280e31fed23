import { signal, useComputed } from "@preact/signals";
import { useEffect, useErrorBoundary } from "preact/hooks";
import type { Link } from "../api/link.ts";
import type { LeaderboardState } from "../api/operations.ts";
import { organizationBoards, scenes as sceneNames, states } from "../words/boards.ts";
import { kiosk } from "../words/kiosk.ts";
import { Times, age } from "../words/times.ts";
import { clock } from "./clock.ts";
import { display } from "./device.ts";
import { drop, frameOf, keepHeard, keyOf, knownUntil, type Frame, type Scene } from "./frames.ts";
import { note } from "./reports.ts";
import { place, refused, scene } from "./rotation.ts";
import { Seal } from "./seal.tsx";
import { ArenaScene } from "./scenes/arena.tsx";
import { BlocksScene } from "./scenes/blocks.tsx";
import { CoursesScene } from "./scenes/courses.tsx";
import { BoardScene, Asides } from "./scenes/board.tsx";

const GRACE = 1_500; // milliseconds without a connection before it is told
const HEARD_SAVED = 15_000;
const SKEW = 5_000; // a machine without a clock of its own, started in an outage: how old a frame is can't be said

/** Whether what is shown has not been known to be of now for longer than a moment. */
const lost = signal(false);

export function Stage({ link }: { link: Link }) {
  const times = useComputed(() => new Times(display.value?.organization.timeZone)).value;
  const shown = scene.value;
  const frame = shown && frameOf(keyOf(shown)).value;
  return (
    <main class="stage">
      <Header shown={shown} frame={frame} times={times} />
      <section class="scene" key={place.value.turn}>
        {shown && frame ? <Body of={keyOf(shown)} frame={frame} times={times} /> : <Waiting shown={shown} />}
      </section>
      <Footer link={link} shown={shown} frame={frame} times={times} />
    </main>
  );
}

function Header({ shown, frame, times }: { shown: Scene | null; frame: Frame | null; times: Times }) {
  const organization = shown?.organization.name ?? display.value?.organization.name ?? "";
  return (
    <header class="head">
      <Seal />
      <div class="titles">
        <p class="organization">{organization}</p>
        <h1>{shown ? titleOf(shown) : kiosk.product}</h1>
      </div>
      <div class="when">
        {frame?.kind === "board" && (
          <p class="period">
            {times.period(frame.shown.period.kind, frame.shown.period.startsAt, frame.shown.period.endsAt)}
            <State state={lost.value && frame.shown.state === "LIVE" ? "HELD" : frame.shown.state} />
          </p>
        )}
        {frame?.kind === "board" ? (
          <p class="date">{times.date(clock.value)}</p>
        ) : (
          <>
            <p class="period">{times.date(clock.value)}</p>
            <p class="date">{times.year(clock.value)}</p>
          </>
        )}
      </div>
      <time class="clock">{times.time(clock.value)}</time>
    </header>
  );
}

function State({ state }: { state: LeaderboardState | "HELD" }) {
  return <span class={`state state-${state}`}><i />{state === "HELD" ? kiosk.held : states[state]}</span>;
}

function titleOf(shown: Scene): string {
  if (shown.kind === "ORGANIZATION_LEADERBOARD") return organizationBoards[shown.organizationKind ?? "BRANCH"];
  return sceneNames[shown.kind];
}

function Body({ of, frame, times }: { of: string; frame: Frame; times: Times }) {
  const [failed] = useErrorBoundary(() => (drop(of), note(of, "broken"))); // a frame that can't be drawn must not keep the others away
  if (failed) return null;
  switch (frame.kind) {
    case "board":
      return <BoardScene shown={frame.shown} times={times} />;
    case "arena":
      return <ArenaScene shown={frame.shown} times={times} />;
    case "blocks":
      return <BlocksScene shown={frame.shown} />;
    case "courses":
      return <CoursesScene shown={frame.shown} />;
  }
}

function Waiting({ shown }: { shown: Scene | null }) {
  const not = shown !== null && refused.value.has(keyOf(shown));
  return <p class="waiting">{not ? kiosk.notNow : `${kiosk.waiting}…`}</p>;
}

interface Foot {
  link: Link;
  shown: Scene | null;
  frame: Frame | null;
  times: Times;
}

function Footer({ link, shown, frame, times }: Foot) {
  const scenes = display.value?.scenes ?? [];
  return (
    <footer class="foot">
      <ol class="turns" aria-hidden="true">
        {scenes.length > 1 && scenes.map((one) => <Turn key={one.id} on={one === shown} seconds={place.value.seconds} />)}
      </ol>
      <div class="asides">{frame?.kind === "board" && <Asides shown={frame.shown} times={times} />}</div>
      <Connection link={link} shown={shown} frame={frame} times={times} />
    </footer>
  );
}

function Turn({ on, seconds }: { on: boolean; seconds: number }) {
  return <li class={on ? "turn on" : "turn"}>{on && <i key={place.value.turn} style={{ animationDuration: `${seconds}s` }} />}</li>;
}

/** Whether what is shown is of now; if not, of when. */
function Connection({ link, shown, frame, times }: Foot) {
  const { live, heard, blocked } = link.state.value;
  const until = shown && frame && knownUntil(keyOf(shown)).value;
  const good = live && until === null;
  useEffect(() => {
    if (good) {
      lost.value = false;
      return undefined;
    }
    const timer = setTimeout(() => (lost.value = true), GRACE);
    return () => clearTimeout(timer);
  }, [good]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (link.state.peek().live) keepHeard(link.state.peek().heard);
    }, HEARD_SAVED);
    return () => clearInterval(timer);
  }, []);
  if (good || !lost.value) {
    return <p class="connection live"><i />{good ? (frame?.kind === "board" && frame.shown.state !== "LIVE" ? kiosk.connected : kiosk.live) : `${kiosk.connecting}…`}</p>;
  }
  const last = until ?? Math.max(heard, frame?.at ?? 0);
  const old = clock.value - last;
  return (
    <p class="connection lost" role="status">
      <i />
      <b>{live ? kiosk.held : kiosk.lost}</b>
      {frame && kiosk.heldAt(times.moment(last, clock.value)) + (old < -SKEW ? "" : kiosk.heldFor(age(old)))}
      <span class="again">{blocked ? kiosk.blocked : `${live ? kiosk.askAgain : kiosk.again}…`}</span>
    </p>
  );
}
