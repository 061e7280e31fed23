import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { Update, type Screen, type UpdateDisplayInput } from "../api/operations.ts";
import { askAs } from "../api/person.ts";
import { useFocused } from "../page/focus.ts";
import { Choose, Field } from "../page/frame.tsx";
import { desk } from "../words/desk.ts";
import { attempt, useOnce } from "./answers.ts";
import { named, type Place } from "./places.ts";
import { ranked, showable } from "./showable.ts";
import { Scenes, inputs, useScenes } from "./scenes.tsx";

interface Edited {
  screen: Screen;
  places: readonly Place[];
  close: () => Promise<void>;
}

interface Framed {
  screen: Screen;
  close: () => Promise<void>;
  changes: () => Omit<UpdateDisplayInput, "displayId">;
  children: ComponentChildren;
}

function Editing({ screen, close, changes, children }: Framed) {
  const { busy, once } = useOnce();
  const box = useFocused<HTMLFormElement>();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void once(async () => {
      const input = { displayId: screen.id, ...changes() };
      if (await attempt(async () => (await askAs(Update, { input })).updateDisplay, desk.saved(input.name ?? screen.name))) await close();
    });
  };
  return (
    <form ref={box} onSubmit={submit}>
      {children}
      <button disabled={busy.value}>{desk.save}</button>
    </form>
  );
}

export function Rename({ screen, close }: Edited) {
  const name = useSignal(screen.name);
  return (
    <Editing screen={screen} close={close} changes={() => ({ name: name.value })}>
      <Field label={desk.name}>
        <input name="name" value={name.value} required maxLength={100} onInput={(event) => (name.value = event.currentTarget.value)} />
      </Field>
    </Editing>
  );
}

/** To another organization of its root, with its token and what it shows. */
export function Move({ screen, places, close }: Edited) {
  const at = useSignal(screen.organization.id);
  return (
    <Editing screen={screen} close={close} changes={() => ({ organizationId: at.value })}>
      <Choose label={desk.place} value={at.value} options={known(named(places), [screen.organization])} onPick={(id) => (at.value = id)} />
    </Editing>
  );
}

export function Change({ screen, places, close }: Edited) {
  const here = screen.organization.id;
  const scenes = useScenes(
    screen.scenes.map(({ id: _, failingSince: __, organization, ...one }) => ({
      ...one,
      organizationId: organization.id === screen.organization.id ? null : organization.id,
    })),
  );
  return (
    <Editing screen={screen} close={close} changes={() => ({ scenes: inputs(scenes.value) })}>
      <Scenes scenes={scenes} places={known(named(showable(places, here)), screen.scenes.map((one) => one.organization))}
        kindsOf={(id) => ranked(places, id ?? here)} />
    </Editing>
  );
}

/** With those that are chosen already, though somebody else manages them. */
function known(options: readonly (readonly [string, string])[], chosen: readonly { id: string; name: string }[]): [string, string][] {
  const all = new Map(options);
  for (const { id, name } of chosen) if (!all.has(id)) all.set(id, name);
  return [...all];
}
