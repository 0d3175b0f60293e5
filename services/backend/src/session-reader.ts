import { createHmac, timingSafeEqual } from "node:crypto";
import { parse } from "hono/utils/cookie";
import type { Auth } from "./auth.ts";
import type { Db } from "./domain/context.ts";
import { findSession, type Session } from "./domain/sessions.ts";

/** How long a session that was valid is taken for one that may still be, in milliseconds. */
const REMEMBERED_MS = 60_000;
/** How many are remembered, and how long a header with cookies may be for that. */
const REMEMBERED = 10_000;
const HEADER_CHARACTERS = 1_000;

/** Whose session a request may belong to. Only `asked` ones were valid just now. */
export type Claim = Session & { asked: boolean };

/**
 * Reads whose session a request belongs to, in one query: what better-auth's `getSession` does, without the second
 * millisecond that its generality costs on every request. The cookie is `token.signature`, the signature HMAC-SHA-256
 * in base64 (better-call, `signCookieValue`); its name and its secret are better-auth's own.
 */
export class SessionReader {
  readonly #db: Db;
  readonly #auth: () => Promise<Auth>;
  readonly #now: () => number;
  readonly #seen = new Map<string, { session: Session; until: number }>();

  /** `now`: milliseconds, from where `performance.now` counts. */
  constructor(db: Db, auth: () => Promise<Auth>, now: () => number = () => performance.now()) {
    this.#db = db;
    this.#auth = auth;
    this.#now = now;
  }

  /** The session of these cookies, as the database knows it now; undefined without one. */
  async read(cookies: string | undefined): Promise<Session | undefined> {
    if (!cookies) return undefined;
    const { authCookies, secret } = await (await this.#auth()).$context;
    const { name } = authCookies.sessionToken;
    const token = verified(parse(cookies, name)[name], secret);
    const session = token ? await findSession(this.#db, token) : undefined;
    if (session) this.#remember(cookies, session);
    else this.forget(cookies);
    return session;
  }

  /**
   * The session that these cookies belong to if it is still valid, mostly without a query: whose a session is never
   * changes, so that is remembered. Whoever works with it has the database asked in the same transaction
   * (`db/admission.ts`), and answers nothing else than that there is none when it says so.
   */
  async claim(cookies: string | undefined): Promise<Claim | undefined> {
    if (!cookies) return undefined;
    const seen = this.#seen.get(cookies);
    if (seen && seen.until > this.#now()) return { ...seen.session, asked: false };
    const session = await this.read(cookies);
    return session && { ...session, asked: true };
  }

  /** For cookies whose session has ended, or of which more is to be known than whose they are. */
  forget(cookies: string): void {
    this.#seen.delete(cookies);
  }

  #remember(cookies: string, session: Session): void {
    if (cookies.length > HEADER_CHARACTERS) return;
    this.#seen.delete(cookies);
    this.#seen.set(cookies, { session, until: this.#now() + REMEMBERED_MS });
    if (this.#seen.size <= REMEMBERED) return;
    for (const [oldest] of this.#seen) {
      this.#seen.delete(oldest);
      break;
    }
  }
}

function verified(cookie: string | undefined, secret: string): string | undefined {
  const [, token, signature] = /^([\w-]{16,128})\.([\w+/]{43}=)$/.exec(cookie ?? "") ?? [];
  if (!token || !signature) return undefined;
  const expected = createHmac("sha256", secret).update(token).digest();
  return timingSafeEqual(Buffer.from(signature, "base64"), expected) ? token : undefined;
}
