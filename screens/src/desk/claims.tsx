import { useSignal } from "@preact/signals";
import { ApproveWork, Queue, RejectWork, ReturnWork, type QueueData } from "../api/operations.ts";
import { askAs } from "../api/person.ts";
import { Field } from "../page/frame.tsx";
import { arena } from "../words/kiosk.ts";
import { desk } from "../words/pages.ts";
import { attempt, told } from "./answers.ts";
import { useAsked } from "./asking.ts";

type Claim = NonNullable<NonNullable<QueueData["organization"]>["claims"]>["edges"][number]["node"];

export function Claims({ at }: { at: string }) {
  const { found, again } = useAsked(async () => (await askAs(Queue, { at })).organization?.claims?.edges.map((edge) => edge.node) ?? null);
  if (found.value === null) return null; // nothing to review here
  return (
    <section aria-label={desk.claims}>
      <h2>{desk.claims}</h2>
      {found.value.length === 0 && <p>{desk.noClaims}</p>}
      <ul class="claims">{found.value.map((one) => <Entry key={one.id} claim={one} again={again} />)}</ul>
    </section>
  );
}

function Entry({ claim, again }: { claim: Claim; again: () => Promise<void> }) {
  const note = useSignal("");
  const busy = useSignal(false);
  const decide = async (decision: "approve" | "return" | "reject"): Promise<void> => {
    const text = note.value.trim();
    if (decision !== "approve" && text === "") {
      told.value = { good: false, text: desk.noteNeeded };
      return;
    }
    busy.value = true;
    await attempt(async () => {
      const claimId = claim.id;
      if (decision === "approve") return (await askAs(ApproveWork, { input: { claimId, note: text || null } })).approveClaim;
      if (decision === "return") return (await askAs(ReturnWork, { input: { claimId, note: text } })).returnClaim;
      return (await askAs(RejectWork, { input: { claimId, note: text } })).rejectClaim;
    });
    busy.value = false;
    await again();
  };
  return (
    <li>
      <p>
        <b>{claim.member.displayName}</b>
        <span>{claim.member.organization.name}</span>
        <span>{claim.task.title} · +{claim.task.points} {arena.points}</span>
      </p>
      <p class="evidence">{claim.evidence}</p>
      <form class="acts" onSubmit={(event) => (event.preventDefault(), void decide("approve"))}>
        <Field label={desk.note}><input value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} /></Field>
        <button disabled={busy.value}>{desk.approve}</button>
        <button type="button" class="quiet" disabled={busy.value} onClick={() => void decide("return")}>{desk.back}</button>
        <button type="button" class="quiet" disabled={busy.value} onClick={() => void decide("reject")}>{desk.reject}</button>
      </form>
    </li>
  );
}
