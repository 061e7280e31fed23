import type { OrganizationKind, SceneInput } from "../api/operations.ts";
import type { Place } from "./places.ts";

type Kinds = ReadonlySet<OrganizationKind>;

/** What hangs below one of the places: they are listed from above, each before those below it. */
function below(places: readonly Place[], id: string): readonly Place[] {
  const from = places.findIndex((one) => one.id === id);
  const depth = places[from]?.depth ?? 0;
  const end = places.findIndex((one, index) => index > from && one.depth <= depth);
  return from < 0 ? [] : places.slice(from + 1, end < 0 ? undefined : end);
}

function above(places: readonly Place[], id: string): readonly Place[] {
  const found: Place[] = [];
  for (let index = places.findIndex((one) => one.id === id), depth = places[index]?.depth ?? 0; index >= 0; index -= 1) {
    const one = places[index];
    if (one && one.depth < depth) [depth] = [one.depth, found.unshift(one)];
  }
  return found;
}

const inside = (kind: OrganizationKind | undefined): boolean => kind === "BRANCH" || kind === "GROUP";

/** Whose boards a screen that hangs there can show: its own, those above and below; groups within their branch only. */
export function showable(places: readonly Place[], at: string): readonly Place[] {
  const own = places.filter((one) => one.id === at);
  const groups = inside(own[0]?.kind);
  return [...above(places, at), ...own, ...below(places, at).filter((one) => groups || one.kind !== "GROUP")];
}

/** Which kinds of organizations its board can rank: those that there are below it. Of one that is not listed: all but groups. */
export function ranked(places: readonly Place[], id: string): Kinds {
  const place = places.find((one) => one.id === id);
  if (!place) return new Set(["COMMITTEE", "GENERAL_BRANCH", "BRANCH"]);
  return new Set(below(places, id).map((one) => one.kind).filter((kind) => kind !== "GROUP" || inside(place.kind)));
}

/** Which kind is ranked unless another is chosen; undefined: there is nothing to rank. */
export const rankedFirst = (kinds: Kinds): OrganizationKind | undefined => (kinds.has("BRANCH") ? "BRANCH" : [...kinds][0]);

/** What a new screen shows there, unless something else is chosen: nothing that would be empty for want of organizations. */
export function usual(places: readonly Place[], at: string): SceneInput[] {
  const organizationKind = rankedFirst(ranked(places, at));
  return [
    { kind: "MEMBER_LEADERBOARD", period: "MONTH", seconds: 20 },
    ...(organizationKind
      ? [{ kind: "ORGANIZATION_LEADERBOARD", period: "MONTH", organizationKind, scoring: "MEAN", seconds: 15 } as const]
      : []),
    { kind: "TASK_ARENA", seconds: 15 },
    { kind: "BLOCK_BOARD", seconds: 30 },
    { kind: "COURSES", seconds: 20 },
  ];
}
