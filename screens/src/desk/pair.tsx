import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Approve } from "../api/operations.ts";
import { askAs } from "../api/person.ts";
import { Field } from "../page/frame.tsx";
import { scenes as kinds } from "../words/boards.ts";
import { desk } from "../words/desk.ts";
import { attempt, useOnce } from "./answers.ts";
import { named, type Place } from "./places.ts";
import { ranked, showable, usual } from "./showable.ts";
import { Scenes, inputs, rows, useScenes, type Row } from "./scenes.tsx";

/** What is typed about a screen that is yet to be added; it outlives the choice of another organization. */
export interface Pairing {
  readonly code: Signal<string>;
  readonly name: Signal<string>;
  readonly scenes: Signal<Row[]>;
}

export function usePairing(at: Place, places: readonly Place[]): Pairing {
  const code = useSignal(new URLSearchParams(location.search).get("code") ?? "");
  const scenes = useScenes(usual(places, at.id));
  const proposed = useRef(scenes.peek());
  useEffect(() => {
    if (scenes.peek() === proposed.current) scenes.value = proposed.current = rows(usual(places, at.id));
  }, [at.id]);
  return { code, name: useSignal(""), scenes };
}

interface Asked {
  at: Place;
  places: readonly Place[];
  pairing: Pairing;
  again: () => Promise<void>;
}

export function Pair({ at, places, pairing: { code, name, scenes }, again }: Asked) {
  const { busy, once } = useOnce();
  const first = useRef<HTMLInputElement>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void once(async () => {
      const given = { code: code.value, organizationId: at.id, name: name.value, scenes: inputs(scenes.value) };
      if (!(await attempt(async () => (await askAs(Approve, { input: given })).approveDisplayPairing, desk.paired(given.name, at.name)))) return;
      [code.value, name.value] = ["", ""];
      first.current?.focus();
      await again();
    });
  };
  return (
    <section aria-labelledby="pair">
      <h2 id="pair" tabIndex={-1}>{desk.pair}</h2>
      <form class="pair" onSubmit={submit}>
        <Field label={desk.code}>
          <input ref={first} name="code" class="code-input" value={code.value} required autocomplete="off" autocapitalize="characters"
            spellcheck={false} onInput={(event) => (code.value = event.currentTarget.value)} />
        </Field>
        <Field label={desk.name}>
          <input name="name" value={name.value} required maxLength={100} onInput={(event) => (name.value = event.currentTarget.value)} />
        </Field>
        <details class="scenes-of">
          <summary>{desk.showsWhat(scenes.value.map((one) => kinds[one.kind]).join(desk.comma))}</summary>
          <Scenes scenes={scenes} places={named(showable(places, at.id))} kindsOf={(id) => ranked(places, id ?? at.id)} />
        </details>
        <button disabled={busy.value}>{desk.doPair}</button>
      </form>
    </section>
  );
}
