import { signal, useSignal, type Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { ApproveWork, Queue, RejectWork, ReturnWork, type QueueData } from "../api/operations.ts";
import { askAs } from "../api/person.ts";
import { useOnward } from "../page/focus.ts";
import { Field } from "../page/frame.tsx";
import { arena } from "../words/kiosk.ts";
import { desk } from "../words/pages.ts";
import { attempt, told, useOnce } from "./answers.ts";
import { Lost, useAsked } from "./asking.tsx";
import { listed } from "./lists.ts";
import type { Place } from "./places.ts";

const MOST = 100; // forms on one page; what follows moves up as these are decided

type Claim = NonNullable<NonNullable<QueueData["organization"]>["claims"]>["edges"][number]["node"];

export function Claims({ at }: { at: Place }) {
  const { found, again } = useAsked(
    () => listed(MOST, async (after) => (await askAs(Queue, { at: at.id, after })).organization?.claims),
    at.id,
  );
  // What somebody began to write outlives another organization, and an entry that is away for a moment.
  const notes = useRef(new Map<string, Signal<string>>());
  const note = (id: string): Signal<string> => {
    const known = notes.current.get(id) ?? signal("");
    notes.current.set(id, known);
    return known;
  };
  const { value } = found.value;
  const { box, leaving } = useOnward(value?.nodes.map((one) => one.id) ?? []);
  if (value === null || (value === undefined && !found.value.lost)) return null; // nothing to review here
  return (
    <section ref={box} aria-label={desk.claims}>
      <h2 tabIndex={-1}>{desk.claims}</h2>
      <Lost found={found.value} zone={at.zone} />
      {value?.nodes.length === 0 && <p>{desk.noClaims}</p>}
      <ul class="claims">
        {value?.nodes.map((one) => <Entry key={one.id} claim={one} note={note(one.id)} again={again} leaving={leaving} />)}
      </ul>
      {value !== undefined && value.more > 0 && <p class="more">{desk.more(value.more)}</p>}
    </section>
  );
}

interface Shown {
  claim: Claim;
  note: Signal<string>;
  again: () => Promise<void>;
  leaving: (id: string) => void;
}

function Entry({ claim, note, again, leaving }: Shown) {
  const { busy, once } = useOnce();
  const writing = useRef<HTMLInputElement>(null);
  const missing = useSignal(false);
  const decide = (decision: "approve" | "return" | "reject"): Promise<void> => once(async () => {
    const text = note.value.trim();
    missing.value = decision !== "approve" && text === "";
    if (missing.value) {
      told.value = { good: false, text: desk.noteNeeded };
      writing.current?.focus();
      return;
    }
    const good = await attempt(async () => {
      const claimId = claim.id;
      if (decision === "approve") return (await askAs(ApproveWork, { input: { claimId, note: text || null } })).approveClaim;
      if (decision === "return") return (await askAs(ReturnWork, { input: { claimId, note: text } })).returnClaim;
      return (await askAs(RejectWork, { input: { claimId, note: text } })).rejectClaim;
    });
    if (good) note.value = "";
    leaving(claim.id); // also where somebody else was first
    await again();
  });
  return (
    <li data-id={claim.id} tabIndex={-1}>
      <p>
        <b>{claim.member.displayName}</b>
        <span>{claim.member.organization.name}</span>
        <span>{claim.task.title} · +{claim.task.points} {arena.points}</span>
      </p>
      <p class="evidence">{claim.evidence}</p>
      <form class="acts" onSubmit={(event) => (event.preventDefault(), void decide("approve"))}>
        <Field label={desk.note}>
          <input ref={writing} value={note.value} maxLength={2000} aria-invalid={missing.value} onInput={(event) => (note.value = event.currentTarget.value)} />
        </Field>
        <button disabled={busy.value}>{desk.approve}</button>
        <button type="button" class="quiet" disabled={busy.value} onClick={() => void decide("return")}>{desk.back}</button>
        <button type="button" class="quiet" disabled={busy.value} onClick={() => void decide("reject")}>{desk.reject}</button>
      </form>
    </li>
  );
}
