import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Below, DeskRoles, DeskRoots } from "../api/operations.ts";
import { askAs, token } from "../api/person.ts";
import { Choose } from "../page/frame.tsx";
import { desk } from "../words/pages.ts";
import { told } from "./answers.ts";
import { Claims } from "./claims.tsx";
import { Displays } from "./displays.tsx";
import { NewTask } from "./tasks.tsx";

type Named = readonly [string, string];

/** Where somebody has something to manage, and what hangs below it. */
async function places(): Promise<Named[]> {
  const roles = ((await askAs(DeskRoles, {})).viewer?.roles ?? []).filter((one) => one.role !== "MEMBER");
  const everywhere = roles.some((one) => one.organization === null);
  const own = everywhere
    ? (await askAs(DeskRoots, {})).organizations.edges.map((edge) => edge.node)
    : roles.flatMap((one) => (one.organization ? [one.organization] : []));
  const found = new Map<string, string>();
  for (const top of own) {
    if (found.has(top.id)) continue;
    found.set(top.id, top.name);
    const below = (await askAs(Below, { id: top.id })).organization?.children.edges ?? [];
    for (const { node } of below) {
      found.set(node.id, `　${node.name}`);
      for (const { node: lower } of node.children.edges) found.set(lower.id, `　　${lower.name}`);
    }
  }
  return [...found];
}

export function Desk() {
  const options = useSignal<Named[] | null>(null);
  const at = useSignal("");
  useEffect(() => {
    const load = (): void => {
      places().then(
        (found) => {
          options.value = found;
          at.value = found[0]?.[0] ?? "";
        },
        () => token.peek() !== null && setTimeout(load, 3000),
      );
    };
    load();
  }, []);
  if (options.value === null) return <p>…</p>;
  if (options.value.length === 0) return <p>{desk.nothingToDo}</p>;
  return (
    <>
      <form class="where" onSubmit={(event) => event.preventDefault()}>
        <Choose label={desk.organization} value={at.value} options={options.value} onPick={(value) => (at.value = value)} />
      </form>
      <p role="status" class={told.value.good ? "result good" : "result error"}>
        {told.value.text && `${told.value.good ? "✓" : "✗"} ${told.value.text}`}
      </p>
      <Displays key={`screens ${at.value}`} at={at.value} />
      <Claims key={`claims ${at.value}`} at={at.value} />
      <NewTask key={`task ${at.value}`} at={at.value} />
    </>
  );
}
