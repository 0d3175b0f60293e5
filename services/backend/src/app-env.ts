import type { HttpBindings } from "@hono/node-server";
import type { ErrorCode } from "@todo/contract";
import type { Logger } from "pino";
import type { TokenBearer } from "./domain/api-tokens.ts";

/** What Hono carries along with a request. */
export type AppEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    log: Logger;
    /** Whose request it is, as far as addresses tell. Set on the account routes only. */
    clientAddress: string | undefined;
    /** Why the request was refused, for its line in the log. */
    refusal: ErrorCode | undefined;
    /** Set by the session and by the token middleware, and by nothing else. */
    userId: string;
    /** Who calls with a token, and in which zone the call's words are meant; for the operations. */
    bearer: TokenBearer | undefined;
    zone: string;
    /** The secret of the request's session. */
    sessionToken: string;
  };
};
