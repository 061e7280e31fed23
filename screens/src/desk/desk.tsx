import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { SignedOut } from "../api/http.ts";
import { token } from "../api/person.ts";
import { Choose } from "../page/frame.tsx";
import { desk } from "../words/desk.ts";
import { told } from "./answers.ts";
import { Claims } from "./claims.tsx";
import { Displays } from "./displays.tsx";
import { clock, held, takeAllBack, tellUnsent } from "./held.ts";
import { named, places, type Places } from "./places.ts";
import { NewTask } from "./tasks.tsx";

const AGAIN = 3000; // milliseconds

export function Desk() {
  const found = useSignal<Places | null>(null);
  const trouble = useSignal(false);
  const at = useSignal("");
  const signed = token.value !== null;
  useEffect(() => {
    if (!signed) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const load = async (): Promise<void> => {
      try {
        const now = await places();
        if (over) return;
        [found.value, trouble.value] = [now, false];
        if (!now.list.some((one) => one.id === at.peek())) at.value = now.list[0]?.id ?? "";
      } catch (error) {
        if (over || error instanceof SignedOut) return;
        trouble.value = true;
        timer = setTimeout(() => void load(), AGAIN);
      }
    };
    void load();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [signed]);
  useEffect(tellUnsent, []);
  useEffect(() => () => void (told.value = { good: true, text: "" }), []); // a message belongs to the account that leaves
  if (found.value === null) return <p role="status">{trouble.value ? desk.notYet : "…"}</p>;
  const { list, own, cut } = found.value;
  const here = list.find((one) => one.id === at.value);
  if (here === undefined) return <p>{desk.nothingToDo}</p>;
  // The code on a screen leads straight to where it is entered; else what waits for review comes first.
  const scanned = here.manages && new URLSearchParams(location.search).has("code");
  const managing = here.manages && <Displays at={here} places={list.filter((one) => one.manages)} />;
  return (
    <>
      <form class="where" onSubmit={(event) => event.preventDefault()}>
        <Choose label={desk.organization} value={at.value} options={named(list)} onPick={(value) => (at.value = value)} />
        {cut && <p>{desk.morePlaces}</p>}
      </form>
      <Result />
      <nav class="parts" aria-label={desk.parts}>
        <a href="#claims" onClick={into}>{desk.claims}</a>
        {here.manages && <a href="#task" onClick={into}>{desk.task}</a>}
        {here.manages && <a href="#pair" onClick={into}>{desk.pair}</a>}
        {here.manages && <a href="#displays" onClick={into}>{desk.displays}</a>}
      </nav>
      {scanned ? managing : null}
      <Claims at={here} own={own} />
      {here.manages && <NewTask at={here} />}
      {scanned ? null : managing}
    </>
  );
}

/** A link within the page moves the focus, and leaves the address as it is. */
function into(event: MouseEvent): void {
  const name = new URL((event.currentTarget as HTMLAnchorElement).href).hash.slice(1);
  const part = document.getElementById(name);
  if (part === null) return;
  event.preventDefault();
  part.focus();
  part.scrollIntoView();
}

/** Stays in sight, wherever on the page somebody is, and moves nothing. */
function Result() {
  const { good, text } = told.value;
  const waiting = held.value.filter((one) => !one.underWay);
  const soonest = Math.max(1, Math.ceil((Math.min(...waiting.map((one) => one.until)) - clock.value) / 1000));
  return (
    <div class="result-place">
      <div class={`result ${good ? "good" : "error"}${text || waiting.length > 0 ? " said" : ""}`}>
        {waiting.length > 0 && (
          <div class="waiting">
            <p>{desk.waiting(waiting.length, soonest)}</p>
            <button type="button" class="quiet" onClick={takeAllBack}>{desk.takeAllBack}</button>
          </div>
        )}
        <p role="status" class="unseen">{waiting.map((one) => desk.heldNow(one.text)).join(desk.comma)}</p>
        <div class="answer">
          <p role="status">{good && text && `✓ ${text}`}</p>
          <p role="alert">{!good && text && `✗ ${text}`}</p>
          {text && <button type="button" class="quiet" onClick={() => (told.value = { good: true, text: "" })}>{desk.close}</button>}
        </div>
      </div>
    </div>
  );
}
