import { batch, signal } from "@preact/signals";
import { SignedOut, ask } from "./http.ts";
import { kept } from "./kept.ts";
import { SignIn, SignOut, type Operation, type SignInData } from "./operations.ts";

/** Who is signed in here; kept until they sign out. */
export const token = signal<string | null>(kept.read("person"));

/** The session ended by itself; what they were at may go on when they are back. */
export const expired = signal(false);

/** Another number for another person: what one has typed is not the next one's to see. */
export const sitting = signal(0);

function set(value: string | null): void {
  token.value = value;
  if (value === null) kept.forget("person");
  else kept.write("person", value);
}

/** null where it went well; else the refusal. */
export async function signIn(login: string, password: string): Promise<Exclude<SignInData["signIn"], { token: string }> | null> {
  const { signIn: answer } = await ask(SignIn, { input: { login, password } });
  if (answer.__typename !== "SignInSuccess") return answer;
  batch(() => {
    if (kept.read("login") !== login) sitting.value += 1;
    expired.value = false;
    set(answer.token);
  });
  kept.write("login", login);
  return null;
}

export async function signOut(): Promise<void> {
  const given = token.value;
  batch(() => {
    expired.value = false;
    sitting.value += 1;
    set(null);
  });
  kept.forget("login");
  await ask(SignOut, {}, given).catch(() => undefined);
}

/** Unless somebody signed in since the question was asked. */
function end(given: string): void {
  if (given !== token.peek()) return;
  batch(() => {
    expired.value = true;
    set(null);
  });
}

/** As the person who is signed in; whose token is no longer good is signed out. */
export async function askAs<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
  const given = token.peek();
  if (given === null) throw new SignedOut(); // asked as nobody, it would say that there is nothing
  try {
    return await ask(operation, variables, given);
  } catch (error) {
    if (error instanceof SignedOut) end(given);
    throw error;
  }
}

/** Whether the token is still good, asked until there is an answer. */
export async function stillSignedIn<Data extends { viewer: unknown }>(who: Operation<Data, Record<string, never>>): Promise<boolean> {
  while (token.peek() !== null) {
    const given = token.peek();
    try {
      if ((await askAs(who, {})).viewer !== null) return true;
      if (given !== null) end(given);
    } catch (error) {
      if (!(error instanceof SignedOut)) await new Promise((done) => setTimeout(done, 1000 + Math.random() * 4000));
    }
  }
  return false;
}
