import { DeskPlaces, DeskRoles, type OrganizationKind } from "../api/operations.ts";
import { askAs } from "../api/person.ts";

const MOST = 1000; // beyond that a select is not read by people

export interface Place {
  readonly id: string;
  readonly name: string;
  readonly kind: OrganizationKind;
  readonly depth: number;
  readonly zone: string;
  /** Whether the viewer manages there, and does not only review. */
  readonly manages: boolean;
}

export interface Places {
  readonly list: readonly Place[];
  /** The member who is signed in. */
  readonly own: string | null;
  readonly cut: boolean;
}

class Full extends Error {}

/** Where somebody has something to manage, and all that hangs below it. */
export async function places(): Promise<Places> {
  const found = new Map<string, Place>();
  const add = (one: { id: string; name: string; kind: OrganizationKind }, depth: number, zone: string, manages: boolean): void => {
    const known = found.get(one.id);
    if (known) return void (manages && found.set(one.id, { ...known, manages }));
    if (found.size >= MOST) throw new Full();
    found.set(one.id, { id: one.id, name: one.name, kind: one.kind, depth, zone, manages });
  };
  const below = async (parent: string | null, depth: number, manages: boolean): Promise<void> => {
    let after: string | null = null;
    for (;;) {
      const { edges, pageInfo }: Awaited<ReturnType<typeof page>> = await page(parent, after);
      for (const { node } of edges) {
        add(node, depth, node.timeZone, manages);
        if (node.children.pageInfo.hasNextPage) {
          await below(node.id, depth + 1, manages);
          continue;
        }
        for (const { node: lower } of node.children.edges) {
          add(lower, depth + 1, node.timeZone, manages);
          if (lower.children.edges.length > 0) await below(lower.id, depth + 2, manages);
        }
      }
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage || after === null) return;
    }
  };
  const page = async (parent: string | null, after: string | null) => (await askAs(DeskPlaces, { parent, after })).organizations;
  let own: string | null = null;
  let cut = false;
  try {
    const { viewer } = await askAs(DeskRoles, {});
    own = viewer?.member?.id ?? null;
    const roles = (viewer?.roles ?? []).filter((one) => one.role !== "MEMBER");
    for (const { role, organization: top } of roles) {
      const manages = role !== "REVIEWER";
      if (top === null) await below(null, 0, manages);
      else if (!found.has(top.id) || (manages && !found.get(top.id)?.manages)) {
        add(top, 0, top.timeZone, manages);
        await below(top.id, 1, manages);
      }
    }
  } catch (error) {
    if (!(error instanceof Full)) throw error;
    cut = true;
  }
  return { list: [...found.values()], own, cut };
}

/** For a select, with what hangs below set in. */
export const named = (list: readonly Place[]): (readonly [string, string])[] =>
  list.map((one) => [one.id, `${"　".repeat(one.depth)}${one.name}`]);
