import type { HttpBindings } from "@hono/node-server";
import type { ErrorCode } from "@todo/contract";
import type { Logger } from "pino";
import type { TokenBearer } from "./domain/api-tokens.ts";
import type { Context, Purpose } from "./domain/context.ts";

/** Who has sent a request. Both throw AppError `unauthenticated` when the database knows of no such session any more. */
export type Caller = {
  /** Does work as the caller; see `asUser` of `domain/context.ts`. */
  asUser: <T>(work: (ctx: Context) => Promise<T>, purpose?: Purpose) => Promise<T>;
  /** The caller's id, for what is done outside of a transaction of theirs. */
  userId: () => Promise<string>;
};

/** What Hono carries along with a request. */
export type AppEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** What each log line about the request names: ids, never a word of a user. */
    named: { requestId: string; userId?: string | undefined; tokenId?: string; account?: string; address?: string };
    /** The log whose lines name them. Most requests never need it, and to make it takes longer than to look one up. */
    log: () => Logger;
    /** Whose request it is, as far as addresses tell. Set on the account routes only. */
    clientAddress: string | undefined;
    /** Why the request was refused, for its line in the log. */
    refusal: ErrorCode | undefined;
    /** Set by the session and by the token middleware, and by nothing else. */
    caller: Caller;
    /** Who calls with a token, and in which zone the call's words are meant; for the operations. */
    bearer: TokenBearer | undefined;
    zone: string;
    /** The secret of the request's session. */
    sessionToken: string;
  };
};
