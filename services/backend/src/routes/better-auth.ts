import { CLIENT_ADDRESS_HEADER } from "@todo/contract/client-address";
import type { Context as HonoContext } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { countGuess, forgiveGuess, type Guesser } from "../domain/guesses.ts";
import { withoutSwallowing } from "../faults.ts";
import { assertRoomToHash } from "../password.ts";

/**
 * better-auth's answer to the request, with that body in place of its own. Where it hides that the database failed, its
 * answer and its cookies are not sent.
 * @throws what failed below it, such as AppError `rate_limited` when too many passwords are being hashed
 */
export async function askBetterAuth(c: HonoContext<AppEnv>, deps: Deps, body?: object): Promise<Response> {
  const auth = await deps.auth();
  const request = prepared(c.req.raw, c.var.clientAddress, body);
  const response = await withoutSwallowing(() => auth.handler(request));
  if (response.status >= 500) throw new Error(`the account service answered ${response.status}`);
  return response;
}

/** better-auth keeps the address with a new session, which its owner sees in the list of them. */
function prepared(request: Request, address: string | undefined, body: object | undefined): Request {
  const headers = new Headers(request.headers);
  if (address === undefined) headers.delete(CLIENT_ADDRESS_HEADER);
  else headers.set(CLIENT_ADDRESS_HEADER, address);
  if (body === undefined) return new Request(request.url, { method: request.method, headers });
  headers.delete("content-length");
  headers.delete("transfer-encoding");
  headers.set("content-type", "application/json");
  return new Request(request.url, { method: request.method, headers, body: JSON.stringify(body) });
}

/**
 * Lets `check` look at a password, as a guess of these guessers, which is forgiven when it was right.
 * @throws AppError `rate_limited` when one of them has to wait, or when too many passwords are being hashed
 */
export async function asGuess(
  { db }: Pick<Deps, "db">,
  guessers: Guesser[],
  check: () => Promise<Response>,
): Promise<Response> {
  // Before it is counted, which it would not deserve.
  assertRoomToHash();
  for (const guesser of guessers) await countGuess(db, guesser);
  const response = await check();
  if (response.ok) for (const guesser of guessers) await forgiveGuess(db, guesser);
  return response;
}
