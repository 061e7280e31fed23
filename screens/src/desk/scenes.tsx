import { useSignal, type Signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { OrganizationKind, PeriodKind, SceneInput, SceneKind } from "../api/operations.ts";
import { Choose, Field } from "../page/frame.tsx";
import { before, organizations, periods, scenes as kinds, scorings } from "../words/boards.ts";
import { desk } from "../words/desk.ts";
import { rankedFirst } from "./showable.ts";

const entries = <Key extends string>(texts: Record<Key, string>): (readonly [Key, string])[] =>
  Object.entries(texts) as [Key, string][];

const spelled = ({ period, periodsBack }: SceneInput): string => `${period ?? "MONTH"} ${periodsBack ?? 0}`;

function read(text: string): Partial<SceneInput> {
  const [period, periodsBack] = text.split(" ");
  return { period: period as PeriodKind, periodsBack: Number(periodsBack) };
}

/** The present ones and those before them; a scene that another program set further back keeps what it has. */
function periodsOf(scene: SceneInput): (readonly [string, string])[] {
  const all: [string, string][] = [
    ...entries(periods).map(([kind, text]): [string, string] => [`${kind} 0`, text]),
    ...entries(before).map(([kind, text]): [string, string] => [`${kind} 1`, text]),
  ];
  const chosen = spelled(scene);
  return all.some(([one]) => one === chosen) ? all : [...all, [chosen, `${periods[scene.period ?? "MONTH"]} −${scene.periodsBack}`]];
}

let made = 0;

/** With a name of its own, so that a row keeps its fields when another goes. */
export type Row = SceneInput & { readonly row: number };
export const rows = (scenes: readonly SceneInput[]): Row[] => scenes.map((one) => ({ ...one, row: (made += 1) }));

/** As the API takes them. */
export const inputs = (scenes: readonly Row[]): SceneInput[] => scenes.map(({ row: _, ...one }) => one);

export function useScenes(scenes: readonly SceneInput[]): Signal<Row[]> {
  return useSignal(rows(scenes));
}

interface Shown {
  scenes: Signal<Row[]>;
  /** Whose boards may be chosen; left out, a scene shows the screen's own. */
  places: readonly (readonly [string, string])[];
  /** What the board of an organization can rank; null: of the screen's own. */
  kindsOf: (organizationId: string | null) => ReadonlySet<OrganizationKind>;
}

export function Scenes({ scenes, places, kindsOf }: Shown) {
  const moved = useRef<{ row: number; by: -1 | 1 } | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const change = (row: number, changes: Partial<SceneInput>): void => {
    scenes.value = scenes.value.map((one) => (one.row === row ? fitting({ ...one, ...changes }, kindsOf) : one));
  };
  /** Kinds that have something to show there, and the one that is chosen. */
  const offered = (one: SceneInput): (readonly [SceneKind, string])[] => {
    const none = kindsOf(one.organizationId ?? null).size === 0;
    return entries(kinds).filter(([kind]) => kind === one.kind || kind !== "ORGANIZATION_LEADERBOARD" || !none);
  };
  const move = (row: number, by: -1 | 1): void => {
    const all = [...scenes.value];
    const from = all.findIndex((one) => one.row === row);
    const [taken] = all.splice(from, 1);
    if (taken) all.splice(from + by, 0, taken);
    moved.current = { row, by };
    scenes.value = all;
  };
  useLayoutEffect(() => {
    // A row that is taken to another place loses the focus, and its button may be at the end of its way.
    if (moved.current === null) return;
    const { row, by } = moved.current;
    moved.current = null;
    const [up, down] = list.current?.querySelectorAll<HTMLButtonElement>(`[data-row="${row}"] .step`) ?? [];
    const [same, other] = by < 0 ? [up, down] : [down, up];
    (same?.disabled ? other : same)?.focus();
  });
  const last = scenes.value.length - 1;
  return (
    <fieldset class="scenes">
      <legend>{desk.scenes}</legend>
      <ol ref={list}>
        {scenes.value.map((one, index) => (
          <li key={one.row} data-row={one.row}>
            <Choose<SceneKind> label={desk.kind} value={one.kind} options={offered(one)} onPick={(kind) => change(one.row, { kind })} />
            <Choose label={desk.of} value={one.organizationId ?? ""} options={[["", desk.own], ...places]}
              onPick={(organizationId) => change(one.row, { organizationId: organizationId || null })} />
            <Details scene={one} kinds={kindsOf(one.organizationId ?? null)} change={(changes) => change(one.row, changes)} />
            <Field label={desk.seconds}>
              <input type="number" min="3" max="3600" required value={one.seconds ?? 15}
                onChange={(event) => change(one.row, { seconds: event.currentTarget.valueAsNumber || 15 })} />
            </Field>
            <span class="steps">
              <button type="button" class="quiet step" aria-label={desk.moveUp} disabled={index === 0} onClick={() => move(one.row, -1)}>↑</button>
              <button type="button" class="quiet step" aria-label={desk.moveDown} disabled={index === last} onClick={() => move(one.row, 1)}>↓</button>
              <button type="button" class="quiet" disabled={last === 0}
                onClick={() => (scenes.value = scenes.value.filter((each) => each.row !== one.row))}>
                {desk.remove}
              </button>
            </span>
          </li>
        ))}
      </ol>
      <button type="button" class="quiet" onClick={() => (scenes.value = [...scenes.value, ...rows([{ kind: "MEMBER_LEADERBOARD", seconds: 15 }])])}>
        {desk.add}
      </button>
    </fieldset>
  );
}

/** With a kind to rank that its board can rank. */
function fitting(one: Row, kindsOf: Shown["kindsOf"]): Row {
  const possible = kindsOf(one.organizationId ?? null);
  if (one.kind !== "ORGANIZATION_LEADERBOARD" || (one.organizationKind && possible.has(one.organizationKind))) return one;
  return { ...one, organizationKind: rankedFirst(possible) ?? one.organizationKind ?? null };
}

interface Detailed {
  scene: SceneInput;
  kinds: ReadonlySet<OrganizationKind>;
  change: (changes: Partial<SceneInput>) => void;
}

function Details({ scene, kinds: possible, change }: Detailed) {
  const chosen = scene.organizationKind ?? rankedFirst(possible) ?? "BRANCH";
  return (
    <>
      {scene.kind.endsWith("LEADERBOARD") && (
        <Choose label={desk.period} value={spelled(scene)} options={periodsOf(scene)} onPick={(text) => change(read(text))} />
      )}
      {scene.kind === "ORGANIZATION_LEADERBOARD" && (
        <>
          <Choose label={desk.ranked} value={chosen} options={entries(organizations).filter(([kind]) => kind === chosen || possible.has(kind))}
            onPick={(organizationKind) => change({ organizationKind })} />
          <Choose label={desk.scoring} value={scene.scoring ?? "MEAN"} options={entries(scorings)} onPick={(scoring) => change({ scoring })} />
        </>
      )}
    </>
  );
}
