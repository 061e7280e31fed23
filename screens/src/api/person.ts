import { signal } from "@preact/signals";
import { SignedOut, ask } from "./http.ts";
import { kept } from "./kept.ts";
import { SignIn, SignOut, type Operation } from "./operations.ts";

/** Who is signed in here; kept until they sign out. */
export const token = signal<string | null>(kept.read("person"));

function set(value: string | null): void {
  token.value = value;
  if (value === null) kept.forget("person");
  else kept.write("person", value);
}

/** null where it went well; else why not. */
export async function signIn(login: string, password: string): Promise<string | null> {
  const { signIn: answer } = await ask(SignIn, { input: { login, password } });
  if (answer.__typename !== "SignInSuccess") return answer.message;
  set(answer.token);
  return null;
}

export async function signOut(): Promise<void> {
  const given = token.value;
  set(null);
  await ask(SignOut, {}, given).catch(() => undefined);
}

/** As the person who is signed in; whose token is no longer good is signed out. */
export async function askAs<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
  try {
    return await ask(operation, variables, token.value);
  } catch (error) {
    if (error instanceof SignedOut) set(null);
    throw error;
  }
}

/** Whether the token is still good, asked until there is an answer. */
export async function stillSignedIn<Data extends { viewer: unknown }>(who: Operation<Data, Record<string, never>>): Promise<boolean> {
  while (token.value !== null) {
    try {
      if ((await askAs(who, {})).viewer !== null) return true;
      set(null);
    } catch (error) {
      if (!(error instanceof SignedOut)) await new Promise((done) => setTimeout(done, 1000 + Math.random() * 4000));
    }
  }
  return false;
}
