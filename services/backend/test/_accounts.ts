import { PASSWORD } from "../../../test/support/accounts.ts";
import { Person } from "./_harness.ts";

type Server = { url: string };

/** Asks an account route without a session. */
export function postAccount(at: Server, name: string, body: object, more: Record<string, string> = {}) {
  const headers = { "content-type": "application/json", ...more };
  return fetch(`${at.url}/api/auth/${name}`, { method: "POST", headers, body: JSON.stringify(body) });
}

/** The same person in another browser. Throws when that is refused. */
export async function signInAgain(at: Server, { email, userId }: Person, password = PASSWORD): Promise<Person> {
  const response = await postAccount(at, "sign-in/email", { email, password });
  if (response.status !== 200) throw new Error(`sign-in: ${response.status} ${await response.text()}`);
  return new Person(at, { cookie: cookiesOf(response), userId, email });
}

/** What a browser would send back of the answer's cookies. */
export function cookiesOf(response: Response): string {
  const lines = response.headers.getSetCookie();
  return lines.map((line) => line.split(";")[0]).join("; ");
}
