import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Revoke, Screens, type Screen } from "../api/operations.ts";
import { askAs } from "../api/person.ts";
import { useOnward } from "../page/focus.ts";
import { scenes as kinds } from "../words/boards.ts";
import { desk } from "../words/pages.ts";
import { Times } from "../words/times.ts";
import { attempt, useOnce } from "./answers.ts";
import { Lost, useAsked } from "./asking.tsx";
import { Change, Move, Rename } from "./editing.tsx";
import { listed } from "./lists.ts";
import { Pair, usePairing } from "./pair.tsx";
import type { Place } from "./places.ts";

const MOST = 500;

export function Displays({ at, places }: { at: Place; places: readonly Place[] }) {
  const { found, again } = useAsked(() => listed(MOST, async (after) => (await askAs(Screens, { at: at.id, after })).displays), at.id);
  const pairing = usePairing();
  const { value, lost } = found.value;
  const { box, leaving } = useOnward(value?.nodes.map((one) => one.id) ?? []);
  if (value === null) return null; // no screens to manage here
  return (
    <>
      <Pair at={at} places={places} pairing={pairing} again={again} />
      <section ref={box} aria-label={desk.displays}>
        <h2 tabIndex={-1}>{desk.displays}</h2>
        <Lost found={found.value} zone={at.zone} />
        {value?.nodes.length === 0 && <p>{desk.none}</p>}
        <ul class="screens">
          {value?.nodes.map((one) => (
            <Entry key={one.id} screen={one} zone={at.zone} lost={lost} places={places} again={again} leaving={leaving} />
          ))}
        </ul>
        {value !== undefined && value.more > 0 && <p class="more">{desk.more(value.more)}</p>}
      </section>
    </>
  );
}

interface Shown {
  screen: Screen;
  zone: string;
  lost: boolean;
  places: readonly Place[];
  again: () => Promise<void>;
  leaving: (id: string) => void;
}

const forms = { name: [desk.rename, Rename], scenes: [desk.change, Change], place: [desk.move, Move] } as const;
type Form = keyof typeof forms;

function Entry({ screen, zone, lost, places, again, leaving }: Shown) {
  const open = useSignal<Form | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  const { busy, once } = useOnce();
  const revoke = (): Promise<void> => once(async () => {
    if (!confirm(desk.sureRevoke(screen.name))) return;
    await attempt(async () => (await askAs(Revoke, { input: { displayId: screen.id } })).revokeDisplay);
    leaving(screen.id);
    await again();
  });
  const toggle = (form: Form, button: HTMLElement): void => {
    opener.current = button;
    open.value = open.value === form ? null : form;
  };
  const close = async (form: Form): Promise<void> => {
    if (open.peek() === form) { // not another that was opened while this one was being saved
      opener.current?.focus();
      open.value = null;
    }
    leaving(screen.id); // moved, it may hang where it is not listed here
    await again();
  };
  const form = open.value;
  const Opened = form && forms[form][1];
  return (
    <li data-id={screen.id} tabIndex={-1}>
      <p>
        <b>{screen.name}</b>
        {lost ? <span class="offline">？{desk.unknown}</span> : <Online screen={screen} zone={zone} />}
        <span>{screen.organization.name}</span>
        <span>{screen.scenes.map((one) => kinds[one.kind]).join(desk.comma)}</span>
      </p>
      <p class="acts">
        {(Object.keys(forms) as Form[]).map((one) => (
          <button key={one} type="button" class="quiet" aria-expanded={form === one} onClick={(event) => toggle(one, event.currentTarget)}>
            {forms[one][0]}
          </button>
        ))}
        <button type="button" class="quiet" disabled={busy.value} onClick={() => void revoke()}>{desk.revoke}</button>
      </p>
      {Opened && <Opened key={form} screen={screen} places={places} close={() => close(form)} />}
    </li>
  );
}

function Online({ screen, zone }: { screen: Screen; zone: string }) {
  if (screen.online) return <span class="online">● {desk.online}</span>;
  const seen = screen.lastSeenAt === null ? "" : desk.seen(new Times(zone).moment(Date.parse(screen.lastSeenAt), Date.now()));
  return <span class="offline">○ {desk.offline} {seen}</span>;
}
