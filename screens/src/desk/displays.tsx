import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Revoke, Screens, type Screen } from "../api/operations.ts";
import { askAs } from "../api/person.ts";
import { scenes as kinds } from "../words/boards.ts";
import { desk } from "../words/desk.ts";
import { Times } from "../words/times.ts";
import { attempt } from "./answers.ts";
import { Lost, useAsked } from "./asking.tsx";
import { Change, Move, Rename } from "./editing.tsx";
import { hold } from "./held.ts";
import { Holding } from "./holding.tsx";
import { listed } from "./lists.ts";
import { Pair, usePairing } from "./pair.tsx";
import type { Place } from "./places.ts";
import { Heading, useStill } from "./still.tsx";

const MOST = 500;

export function Displays({ at, places }: { at: Place; places: readonly Place[] }) {
  const { found, again } = useAsked(() => listed(MOST, async (after) => (await askAs(Screens, { at: at.id, after })).displays), at.id);
  const pairing = usePairing(at, places);
  const { value, lost } = found.value;
  const still = useStill(value === null ? undefined : value?.nodes, at.id);
  if (value === null) return null; // no screens to manage here
  return (
    <>
      <Pair at={at} places={places} pairing={pairing} again={again} />
      <section aria-labelledby="displays">
        <Heading id="displays" text={desk.displays} of={still} />
        <Lost found={found.value} zone={at.zone} />
        {value !== undefined && still.rows.length === 0 && <p>{desk.none}</p>}
        <ul class="screens" ref={still.list}>
          {still.rows.map(({ node, gone }) => (
            <Entry key={node.id} screen={node} gone={gone} zone={at.zone} lost={lost} places={places} again={again} />
          ))}
        </ul>
        {value !== undefined && value.more > 0 && <p class="more">{desk.more(value.more)}</p>}
      </section>
    </>
  );
}

interface Shown {
  screen: Screen;
  gone: boolean;
  zone: string;
  lost: boolean;
  places: readonly Place[];
  again: () => Promise<void>;
}

const forms = { name: [desk.rename, Rename], scenes: [desk.change, Change], place: [desk.move, Move] } as const;
type Form = keyof typeof forms;

function Entry({ screen, gone, zone, lost, places, again }: Shown) {
  const row = useRef<HTMLLIElement>(null);
  const revoked = useSignal(false);
  const open = useSignal<Form | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  const revoke = (): void => {
    open.value = null;
    hold(`revoke ${screen.id}`, desk.revoking(screen.name), async () => {
      const act = async () => (await askAs(Revoke, { input: { displayId: screen.id } })).revokeDisplay;
      if (await attempt(act, desk.revoked(screen.name), desk.notRevoked(screen.name))) revoked.value = true;
      await again();
    });
    row.current?.focus();
  };
  const toggle = (form: Form, button: HTMLElement): void => {
    opener.current = button;
    open.value = open.value === form ? null : form;
  };
  const close = async (form: Form): Promise<void> => {
    if (open.peek() === form) { // not another that was opened while this one was being saved
      opener.current?.focus();
      open.value = null;
    }
    await again();
  };
  const failing = screen.scenes.filter((one) => one.failingSince !== null);
  const form = open.value;
  const Opened = form && forms[form][1];
  const over = revoked.value ? desk.revoked(screen.name) : gone ? desk.notHere : null;
  return (
    <li ref={row} data-id={screen.id} tabIndex={-1} aria-label={screen.name}>
      <p>
        <b>{screen.name}</b>
        {over !== null ? null : lost ? <span class="offline">？{desk.unknown}</span> : <Online screen={screen} zone={zone} />}
        <span>{screen.organization.name}</span>
        <span>{screen.scenes.map((one) => kinds[one.kind]).join(desk.comma)}</span>
        {over === null && failing.length > 0 && <span class="failing">▲ {desk.failing(failing.map((one) => kinds[one.kind]).join(desk.comma))}</span>}
      </p>
      <Holding name={`revoke ${screen.id}`} over={over}>
        <p class="acts">
          {(Object.keys(forms) as Form[]).map((one) => (
            <button key={one} type="button" class="quiet" aria-expanded={form === one} aria-label={desk.actOnScreen(forms[one][0], screen.name)}
              onClick={(event) => toggle(one, event.currentTarget)}>
              {forms[one][0]}
            </button>
          ))}
          <button type="button" class="quiet" aria-label={desk.actOnScreen(desk.revoke, screen.name)} onClick={revoke}>{desk.revoke}</button>
        </p>
      </Holding>
      {Opened && over === null && <Opened key={form} screen={screen} places={places} close={() => close(form)} />}
    </li>
  );
}

function Online({ screen, zone }: { screen: Screen; zone: string }) {
  if (screen.online) return <span class="online">● {desk.online}</span>;
  const seen = screen.lastSeenAt === null ? "" : desk.seen(new Times(zone).dated(Date.parse(screen.lastSeenAt), Date.now()));
  return <span class="offline">○ {desk.offline} {seen}</span>;
}
