import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { SignedOut } from "../api/http.ts";
import { token } from "../api/person.ts";
import { Choose } from "../page/frame.tsx";
import { desk } from "../words/pages.ts";
import { told } from "./answers.ts";
import { Claims } from "./claims.tsx";
import { Displays } from "./displays.tsx";
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
  useEffect(() => () => void (told.value = { good: true, text: "" }), []); // of whoever leaves, not of who comes
  if (found.value === null) return <p role="status">{trouble.value ? desk.notYet : "…"}</p>;
  const { list, cut } = found.value;
  const here = list.find((one) => one.id === at.value);
  if (here === undefined) return <p>{desk.nothingToDo}</p>;
  return (
    <>
      <form class="where" onSubmit={(event) => event.preventDefault()}>
        <Choose label={desk.organization} value={at.value} options={named(list)} onPick={(value) => (at.value = value)} />
        {cut && <p>{desk.morePlaces}</p>}
      </form>
      <Result />
      <Displays at={here} places={list} />
      <Claims at={here} />
      <NewTask at={here} />
    </>
  );
}

/** Stays in sight, wherever on the page somebody is. */
function Result() {
  const { good, text } = told.value;
  return (
    <div class={`result ${good ? "good" : "error"}${text ? " said" : ""}`}>
      <p role="status">{good && text && `✓ ${text}`}</p>
      <p role="alert">{!good && text && `✗ ${text}`}</p>
      {text && <button type="button" class="quiet" onClick={() => (told.value = { good: true, text: "" })}>{desk.close}</button>}
    </div>
  );
}
