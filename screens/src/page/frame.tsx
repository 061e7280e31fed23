import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { Seal } from "../kiosk/seal.tsx";
import { expired, signIn, signOut, sitting, token } from "../api/person.ts";
import { frame, otherLanguage, person as words, refused } from "../words/pages.ts";
import { leaveEnterToInputMethods } from "./composing.ts";
import { useFocused, useReturn } from "./focus.ts";
import { mayLeave } from "./leaving.ts";

leaveEnterToInputMethods();

export type PageName = "leaderboard" | "desk";
const PAGES: readonly (readonly [href: string, name: PageName | null, text: string])[] = [
  ["../", null, frame.home],
  ["leaderboard", "leaderboard", frame.leaderboard],
  ["desk", "desk", frame.desk],
];

interface Framed {
  name: PageName;
  title: string;
  /** When the session ends by itself, what was typed waits behind the form until the same person is back. */
  keeps?: boolean;
  children: ComponentChildren;
}

/** What pages for people share: a head, and somebody who is signed in. */
export function Page({ name, title, keeps = false, children }: Framed) {
  const query = new URLSearchParams(location.search);
  query.set("lang", otherLanguage.code);
  const signed = token.value !== null;
  const box = useReturn(signed);
  return (
    <div class="page">
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), box.current?.focus())}>{frame.skip}</a>
      <header class="top">
        <Seal />
        <h1>{title}</h1>
        <a href={`?${query}`}>{otherLanguage.name}</a>
        {signed && <button type="button" class="quiet" onClick={() => mayLeave() && void signOut()}>{words.signOut}</button>}
      </header>
      <nav class="pages" aria-label={frame.pages}>
        {PAGES.map(([href, page, text]) => <a key={href} href={href} aria-current={page === name ? "page" : undefined}>{text}</a>)}
      </nav>
      <main id="main" ref={box} tabIndex={-1}>
        {!signed && <SignInForm key="sign-in" />}
        {(signed || (keeps && expired.value)) && <div key={`sitting ${sitting.value}`} hidden={!signed}>{children}</div>}
      </main>
    </div>
  );
}

function SignInForm() {
  const trouble = useSignal(expired.peek() ? words.expired : "");
  const busy = useSignal(false);
  const box = useFocused<HTMLFormElement>();
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy.peek()) return;
    const given = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    try {
      const refusal = await signIn(String(given.get("login")), String(given.get("password")));
      trouble.value = refusal ? words.wrong(refused(refusal)) : "";
    } catch {
      trouble.value = words.unreachable;
    } finally {
      busy.value = false;
    }
  };
  return (
    <form class="sign-in" ref={box} onSubmit={submit}>
      <Field label={words.login}><input name="login" autocomplete="username" required /></Field>
      <Field label={words.password}><input name="password" type="password" autocomplete="current-password" required /></Field>
      <button disabled={busy.value}>{words.signIn}</button>
      <p role="alert" class="trouble">{trouble.value}</p>
    </form>
  );
}

export function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}

export interface Choice<Value extends string> {
  readonly label: string;
  readonly name?: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onPick?: (value: Value) => void;
}

export function Choose<Value extends string>({ label, name, value, options, onPick }: Choice<Value>) {
  return (
    <Field label={label}>
      <select name={name} aria-label={label} value={value} onChange={(event) => onPick?.(event.currentTarget.value as Value)}>
        {options.map(([one, text]) => <option key={one} value={one} selected={one === value}>{text}</option>)}
      </select>
    </Field>
  );
}
