import { useSignal, type Signal } from "@preact/signals";
import type { SceneInput, SceneKind } from "../api/operations.ts";
import { Choose, Field } from "../page/frame.tsx";
import { organizations, periods, scenes as kinds, scorings } from "../words/boards.ts";
import { desk } from "../words/pages.ts";

const entries = <Key extends string>(texts: Record<Key, string>): (readonly [Key, string])[] =>
  Object.entries(texts) as [Key, string][];

export const usual: readonly SceneInput[] = [
  { kind: "MEMBER_LEADERBOARD", period: "MONTH", seconds: 20 },
  { kind: "ORGANIZATION_LEADERBOARD", period: "MONTH", organizationKind: "BRANCH", scoring: "MEAN", seconds: 15 },
  { kind: "TASK_ARENA", seconds: 15 },
  { kind: "BLOCK_BOARD", seconds: 30 },
  { kind: "COURSES", seconds: 20 },
];

let made = 0;

/** With a name of its own, so that a row keeps its fields when another goes. */
export type Row = SceneInput & { readonly row: number };
export const rows = (scenes: readonly SceneInput[]): Row[] => scenes.map((one) => ({ ...one, row: (made += 1) }));

/** As the API takes them. */
export const inputs = (scenes: readonly Row[]): SceneInput[] => scenes.map(({ row: _, ...one }) => one);

export function useScenes(scenes: readonly SceneInput[]): Signal<Row[]> {
  return useSignal(rows(scenes));
}

export function Scenes({ scenes }: { scenes: Signal<Row[]> }) {
  const change = (row: number, changes: Partial<SceneInput>): void => {
    scenes.value = scenes.value.map((one) => (one.row === row ? { ...one, ...changes } : one));
  };
  return (
    <fieldset class="scenes">
      <legend>{desk.scenes}</legend>
      <ol>
        {scenes.value.map((one) => (
          <li key={one.row}>
            <Choose<SceneKind> label={desk.kind} value={one.kind} options={entries(kinds)} onPick={(kind) => change(one.row, { kind })} />
            {one.kind.endsWith("LEADERBOARD") && (
              <Choose label={desk.period} value={one.period ?? "MONTH"} options={entries(periods)} onPick={(period) => change(one.row, { period })} />
            )}
            {one.kind === "ORGANIZATION_LEADERBOARD" && (
              <>
                <Choose label={desk.ranked} value={one.organizationKind ?? "BRANCH"} options={entries(organizations)}
                  onPick={(organizationKind) => change(one.row, { organizationKind })} />
                <Choose label={desk.scoring} value={one.scoring ?? "MEAN"} options={entries(scorings)} onPick={(scoring) => change(one.row, { scoring })} />
              </>
            )}
            <Field label={desk.seconds}>
              <input type="number" min="3" max="3600" required value={one.seconds ?? 15}
                onChange={(event) => change(one.row, { seconds: event.currentTarget.valueAsNumber || 15 })} />
            </Field>
            <button type="button" class="quiet" disabled={scenes.value.length === 1}
              onClick={() => (scenes.value = scenes.value.filter((each) => each.row !== one.row))}>
              {desk.remove}
            </button>
          </li>
        ))}
      </ol>
      <button type="button" class="quiet" onClick={() => (scenes.value = [...scenes.value, ...rows([{ kind: "MEMBER_LEADERBOARD", seconds: 15 }])])}>
        {desk.add}
      </button>
    </fieldset>
  );
}
