import { randomUUID } from "node:crypto";

export const PASSWORD = "correct horse battery";
/** The page's address that a backend takes for its own when it is told none. */
const PAGE = "http://localhost:3000";

export type Session = { cookie: string; userId: string; email: string };

/** Who comes: somebody new unless an address is given. `origin` is the page's, as a browser says it. */
type Who = { email?: string; origin?: string };

/** Makes an account by the API at `url`, a backend's or a page's address. Throws with the answer when that is refused. */
export function signUp(url: string, who: Who = {}): Promise<Session> {
  return enter(`${url}/api/auth/sign-up/email`, { name: "Ann Example" }, who);
}

/** Signs in to an account that `signUp` made. Throws with the answer when that is refused. */
export function signIn(url: string, who: Who): Promise<Session> {
  return enter(`${url}/api/auth/sign-in/email`, {}, who);
}

async function enter(
  address: string,
  more: object,
  { email = `${randomUUID()}@example.com`, origin = PAGE }: Who,
): Promise<Session> {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify({ ...more, email, password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
  const { user } = (await response.json()) as { user: { id: string } };
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
  return { cookie, userId: user.id, email };
}
