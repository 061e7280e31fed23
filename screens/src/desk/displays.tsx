import { useSignal } from "@preact/signals";
import { Approve, Revoke, Screens, Update, type Screen } from "../api/operations.ts";
import { askAs } from "../api/person.ts";
import { Field } from "../page/frame.tsx";
import { scenes as kinds } from "../words/boards.ts";
import { desk } from "../words/pages.ts";
import { Times } from "../words/times.ts";
import { attempt } from "./answers.ts";
import { useAsked } from "./asking.ts";
import { Scenes, inputs, useScenes, usual } from "./scenes.tsx";

const times = new Times();

export function Displays({ at }: { at: string }) {
  const { found, again } = useAsked(async () => (await askAs(Screens, { at })).displays?.edges.map((edge) => edge.node) ?? null);
  if (found.value === null) return null; // no screens to manage here
  return (
    <>
      <Pair at={at} again={again} />
      <section aria-label={desk.displays}>
        <h2>{desk.displays}</h2>
        {found.value.length === 0 && <p>{desk.none}</p>}
        <ul class="screens">{found.value.map((one) => <Entry key={one.id} screen={one} again={again} />)}</ul>
      </section>
    </>
  );
}

function Pair({ at, again }: { at: string; again: () => Promise<void> }) {
  const scenes = useScenes(usual);
  const code = useSignal(new URLSearchParams(location.search).get("code") ?? "");
  const name = useSignal("");
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const given = { code: code.value, organizationId: at, name: name.value, scenes: inputs(scenes.value) };
    const good = await attempt(async () => (await askAs(Approve, { input: given })).approveDisplayPairing, desk.paired(name.value));
    if (!good) return;
    [code.value, name.value] = ["", ""];
    await again();
  };
  return (
    <section aria-label={desk.pair}>
      <h2>{desk.pair}</h2>
      <form class="pair" onSubmit={submit}>
        <Field label={desk.code}>
          <input name="code" class="code-input" value={code.value} required autocomplete="off" autocapitalize="characters" spellcheck={false}
            onInput={(event) => (code.value = event.currentTarget.value)} />
        </Field>
        <Field label={desk.name}>
          <input name="name" value={name.value} required maxLength={100} onInput={(event) => (name.value = event.currentTarget.value)} />
        </Field>
        <Scenes scenes={scenes} />
        <button>{desk.doPair}</button>
      </form>
    </section>
  );
}

function Entry({ screen, again }: { screen: Screen; again: () => Promise<void> }) {
  const open = useSignal<"name" | "scenes" | null>(null);
  const revoke = async (): Promise<void> => {
    if (!confirm(desk.sureRevoke(screen.name))) return;
    await attempt(async () => (await askAs(Revoke, { input: { displayId: screen.id } })).revokeDisplay);
    await again();
  };
  const seen = screen.lastSeenAt === null ? "" : desk.seen(times.moment(Date.parse(screen.lastSeenAt), Date.now()));
  const close = async (): Promise<void> => {
    open.value = null;
    await again();
  };
  return (
    <li>
      <p>
        <b>{screen.name}</b>
        <span class={screen.online ? "online" : "offline"}>
          {screen.online ? `● ${desk.online}` : `○ ${desk.offline} ${seen}`}
        </span>
        <span>{screen.organization.name}</span>
        <span>{screen.scenes.map((one) => kinds[one.kind]).join("、")}</span>
      </p>
      <p class="acts">
        <button type="button" class="quiet" aria-expanded={open.value === "name"} onClick={() => (open.value = open.value === "name" ? null : "name")}>{desk.rename}</button>
        <button type="button" class="quiet" aria-expanded={open.value === "scenes"} onClick={() => (open.value = open.value === "scenes" ? null : "scenes")}>{desk.change}</button>
        <button type="button" class="quiet" onClick={() => void revoke()}>{desk.revoke}</button>
      </p>
      {open.value === "name" && <Rename screen={screen} close={close} />}
      {open.value === "scenes" && <Change screen={screen} close={close} />}
    </li>
  );
}

interface Edited {
  screen: Screen;
  close: () => Promise<void>;
}

function Rename({ screen, close }: Edited) {
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get("name"));
    if (await attempt(async () => (await askAs(Update, { input: { displayId: screen.id, name } })).updateDisplay)) await close();
  };
  return (
    <form onSubmit={submit}>
      <Field label={desk.name}><input name="name" defaultValue={screen.name} required maxLength={100} autofocus /></Field>
      <button>{desk.save}</button>
    </form>
  );
}

function Change({ screen, close }: Edited) {
  const scenes = useScenes(
    screen.scenes.map(({ id: _, organization, ...one }) => ({
      ...one,
      organizationId: organization.id === screen.organization.id ? null : organization.id,
    })),
  );
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const input = { displayId: screen.id, scenes: inputs(scenes.value) };
    if (await attempt(async () => (await askAs(Update, { input })).updateDisplay)) await close();
  };
  return (
    <form onSubmit={submit}>
      <Scenes scenes={scenes} />
      <button>{desk.save}</button>
    </form>
  );
}
