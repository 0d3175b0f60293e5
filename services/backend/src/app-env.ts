import type { HttpBindings } from "@hono/node-server";
import type { Logger } from "pino";

/** What Hono carries along with a request. */
export type AppEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    log: Logger;
    /** Whose request it is, as far as addresses tell. Set on the account routes only. */
    clientAddress: string | undefined;
    /** Set by the session middleware, and by nothing else. */
    userId: string;
    /** Asks whether the request's session is still valid. */
    sessionIsValid: () => Promise<boolean>;
  };
};
