import { DeskPlaces, DeskRoles } from "../api/operations.ts";
import { askAs } from "../api/person.ts";

const MOST = 1000; // beyond that a select is not read by people

export interface Place {
  readonly id: string;
  readonly name: string;
  readonly depth: number;
  readonly zone: string;
}

export interface Places {
  readonly list: readonly Place[];
  readonly cut: boolean;
}

class Full extends Error {}

/** Where somebody has something to manage, and all that hangs below it. */
export async function places(): Promise<Places> {
  const found = new Map<string, Place>();
  const add = (one: { id: string; name: string }, depth: number, zone: string): void => {
    if (found.has(one.id)) return;
    if (found.size >= MOST) throw new Full();
    found.set(one.id, { id: one.id, name: one.name, depth, zone });
  };
  const below = async (parent: string | null, depth: number): Promise<void> => {
    let after: string | null = null;
    for (;;) {
      const { edges, pageInfo }: Awaited<ReturnType<typeof page>> = await page(parent, after);
      for (const { node } of edges) {
        add(node, depth, node.timeZone);
        if (node.children.pageInfo.hasNextPage) {
          await below(node.id, depth + 1);
          continue;
        }
        for (const { node: lower } of node.children.edges) {
          add(lower, depth + 1, node.timeZone);
          if (lower.children.edges.length > 0) await below(lower.id, depth + 2);
        }
      }
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage || after === null) return;
    }
  };
  const page = async (parent: string | null, after: string | null) => (await askAs(DeskPlaces, { parent, after })).organizations;
  try {
    const roles = ((await askAs(DeskRoles, {})).viewer?.roles ?? []).filter((one) => one.role !== "MEMBER");
    if (roles.some((one) => one.organization === null)) await below(null, 0);
    for (const { organization: top } of roles) {
      if (top === null || found.has(top.id)) continue;
      add(top, 0, top.timeZone);
      await below(top.id, 1);
    }
  } catch (error) {
    if (!(error instanceof Full)) throw error;
    return { list: [...found.values()], cut: true };
  }
  return { list: [...found.values()], cut: false };
}

/** For a select, with what hangs below set in. */
export const named = (list: readonly Place[]): (readonly [string, string])[] =>
  list.map((one) => [one.id, `${"　".repeat(one.depth)}${one.name}`]);
