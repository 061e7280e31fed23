import { signal, type Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { ApproveWork, Queue, RejectWork, ReturnWork, type QueueData } from "../api/operations.ts";
import { askAs } from "../api/person.ts";
import { Field } from "../page/frame.tsx";
import { arena } from "../words/kiosk.ts";
import { decisions, type Decision } from "../words/decisions.ts";
import { desk } from "../words/desk.ts";
import { type Refusal } from "../words/pages.ts";
import { attempt, told } from "./answers.ts";
import { Lost, useAsked } from "./asking.tsx";
import { hold } from "./held.ts";
import { Holding } from "./holding.tsx";
import { listed } from "./lists.ts";
import type { Place } from "./places.ts";
import { Heading, useStill } from "./still.tsx";

const MOST = 100; // forms on one page; what follows moves up as these are decided

type Claim = NonNullable<NonNullable<QueueData["organization"]>["claims"]>["edges"][number]["node"];

/** What somebody began to write about an entry, and what became of it. */
interface Kept {
  readonly note: Signal<string>;
  /** of: the submission that was decided on; handed in again, it is another. */
  readonly over: Signal<{ readonly of: string | null; readonly text: string } | null>;
}

/** own: the member who reviews, and may not decide on what they handed in themselves. */
export function Claims({ at, own }: { at: Place; own: string | null }) {
  const { found, again } = useAsked(
    () => listed(MOST, async (after) => (await askAs(Queue, { at: at.id, after })).organization?.claims),
    at.id,
  );
  // It outlives another organization, and an entry that is away for a moment.
  const all = useRef(new Map<string, Kept>());
  const keptOf = (id: string): Kept => {
    const known = all.current.get(id) ?? { note: signal(""), over: signal<{ of: string | null; text: string } | null>(null) };
    all.current.set(id, known);
    return known;
  };
  const { value } = found.value;
  const still = useStill(value === null ? undefined : value?.nodes, at.id);
  if (value === null || (value === undefined && !found.value.lost)) return null; // nothing to review here
  return (
    <section aria-labelledby="claims">
      <Heading id="claims" text={desk.claims} of={still} />
      <Lost found={found.value} zone={at.zone} />
      {value !== undefined && still.rows.length === 0 && <p>{desk.noClaims}</p>}
      <ul class="claims" ref={still.list}>
        {still.rows.map(({ node, gone }) => (
          <Entry key={node.id} claim={node} gone={gone} own={own === node.member.id} kept={keptOf(node.id)} again={again} />
        ))}
      </ul>
      {value !== undefined && value.more > 0 && <p class="more">{desk.more(value.more)}</p>}
    </section>
  );
}

interface Shown {
  claim: Claim;
  gone: boolean;
  own: boolean;
  kept: Kept;
  again: () => Promise<void>;
}

type Answer = Refusal & { readonly claim?: { readonly pointsEntry: { readonly amount: number } | null } };

async function sent(decision: Decision, claimId: string, text: string): Promise<Answer> {
  if (decision === "approve") return (await askAs(ApproveWork, { input: { claimId, note: text || null } })).approveClaim;
  if (decision === "back") return (await askAs(ReturnWork, { input: { claimId, note: text } })).returnClaim;
  return (await askAs(RejectWork, { input: { claimId, note: text } })).rejectClaim;
}

function Entry({ claim, gone, own, kept: { note, over }, again }: Shown) {
  const row = useRef<HTMLLIElement>(null);
  const writing = useRef<HTMLInputElement>(null);
  const missing = useRef(signal(false)).current;
  const { member, task, submittedAt } = claim;
  const done = over.value?.of === submittedAt ? over.value.text : null;
  const what = [member.displayName, task.title] as const;
  const decide = (decision: Decision): void => {
    const text = note.value.trim();
    missing.value = decision !== "approve" && text === "";
    if (missing.value) {
      told.value = { good: false, text: desk.noteNeeded };
      writing.current?.focus();
      return;
    }
    hold(claim.id, decisions[decision].act(...what, task.points, text), async () => {
      let points = task.points;
      const act = async (): Promise<Answer> => {
        const answer = await sent(decision, claim.id, text);
        points = answer.claim?.pointsEntry?.amount ?? points; // a rule's limit may have cut it
        return answer;
      };
      const success = (): string => decisions[decision].done(...what, points);
      if (await attempt(act, success, decisions[decision].failed(...what))) {
        note.value = "";
        over.value = { of: submittedAt, text: success() };
      }
      await again();
    });
    row.current?.focus(); // the next Tab takes it back, and Enter does nothing
  };
  const enter = (event: SubmitEvent): void => {
    event.preventDefault();
    told.value = { good: false, text: desk.chooseAct };
  };
  const button = (decision: Decision) => {
    const { text, noted } = decisions[decision];
    const shown = note.value.trim() ? noted : text;
    return (
      <button type="button" class={decision === "approve" ? "" : "quiet"} aria-label={desk.actOn(shown, ...what)} onClick={() => decide(decision)}>
        {shown}
      </button>
    );
  };
  return (
    <li ref={row} data-id={claim.id} tabIndex={-1} aria-label={desk.handedIn(...what)}>
      <p>
        <b>{member.displayName}</b>
        <span>{member.organization.name}</span>
        <span>{task.title} · +{task.points} {arena.points}</span>
      </p>
      <p class="evidence">{claim.evidence}</p>
      <Holding name={claim.id} over={done ?? (gone ? desk.byOthers : null)}>
        {own ? <p class="over">{desk.ownWork}</p> : (
          <form class="acts" onSubmit={enter}>
            <Field label={desk.note}>
              <input ref={writing} value={note.value} maxLength={2000} aria-invalid={missing.value} aria-label={desk.noteOn(...what)}
                onInput={(event) => (note.value = event.currentTarget.value)} />
            </Field>
            {button("approve")}
            {button("back")}
            {button("reject")}
          </form>
        )}
      </Holding>
    </li>
  );
}
