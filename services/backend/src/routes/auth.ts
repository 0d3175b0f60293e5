import { createRoute, z } from "@hono/zod-openapi";
import { errorBodySchema } from "@todo/contract";
import { CLIENT_ADDRESS_HEADER } from "@todo/contract/client-address";
import type { Context as HonoContext, Next } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../domain/app-error.ts";
import { withoutSwallowing } from "../faults.ts";
import { withoutToken } from "../middleware/caller.ts";
import { clientAddress } from "../middleware/client-address.ts";
import { limitSignIn } from "../middleware/rate-limit.ts";
import { createRouter, json } from "./router.ts";

const tags = ["Accounts"];
const anything = z.any();

/** better-auth checks and answers these itself; here they are served and described. */
const routes = [
  ["post", "sign-up/email", "Make an account: name, email, password"],
  ["post", "sign-in/email", "Sign in: email, password"],
  ["post", "sign-out", "Sign out"],
  ["get", "get-session", "The session and its user, or null"],
  ["post", "change-password", "Change the password: currentPassword, newPassword, revokeOtherSessions"],
  ["get", "list-sessions", "The user's sessions"],
  ["post", "revoke-session", "End one session: token"],
  ["post", "revoke-other-sessions", "End all other sessions"],
  ["post", "delete-user", "Delete the account with all that belongs to it: password"],
] as const;

/** The account routes; everything else that better-auth could serve stays closed. */
export function authRoutes(deps: Deps) {
  const router = createRouter();
  router.use("/api/auth/*", withoutToken(deps), clientAddress(deps));
  router.on("POST", ["/api/auth/sign-up/email", "/api/auth/sign-in/email"], limitSignIn(deps));
  router.on("POST", "/api/auth/delete-user", withPassword);
  for (const [method, name, summary] of routes) {
    const route = createRoute({
      method,
      path: `/api/auth/${name}`,
      tags,
      summary,
      responses: {
        200: json("Done", anything),
        401: json("No session, or wrong credentials", anything),
        422: json("The input does not fit", anything),
        429: json("Too many tries, or too many people at once", errorBodySchema),
        503: json("The database can't be reached", errorBodySchema),
      },
    });
    router.openAPIRegistry.registerPath(route);
    router.on(method.toUpperCase(), route.path, (c) => handle(c, deps));
  }
  return router;
}

const passwordBody = z.object({ password: z.string().min(1) });

/** Without a password better-auth would take a session that is new for proof enough. */
async function withPassword(c: HonoContext<AppEnv>, next: Next): Promise<void> {
  const body = await c.req.raw
    .clone()
    .json()
    .catch(() => undefined);
  if (!passwordBody.safeParse(body).success) throw new AppError("unprocessable", "password: must be given");
  await next();
}

/** better-auth keeps the address with a new session, which its owner sees in the list of them. */
function withAddress(request: Request, address: string | undefined): Request {
  const headers = new Headers(request.headers);
  if (address === undefined) headers.delete(CLIENT_ADDRESS_HEADER);
  else headers.set(CLIENT_ADDRESS_HEADER, address);
  return new Request(request, { headers });
}

/** better-auth's answer. Where it hides that the database failed, its answer and its cookies are not sent. */
async function handle(c: HonoContext<AppEnv>, deps: Deps): Promise<Response> {
  const auth = await deps.auth();
  const request = withAddress(c.req.raw, c.var.clientAddress);
  const response = await withoutSwallowing(() => auth.handler(request));
  if (response.status >= 500) throw new Error(`the account service answered ${response.status}`);
  return response;
}
