import { createRoute, z } from "@hono/zod-openapi";
import {
  accountDeletionSchema,
  credentialsSchema,
  errorBodySchema,
  newAccountSchema,
  passwordChangeSchema,
  sessionEndSchema,
} from "@todo/contract";
import type { Context as HonoContext } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { knownDevice, signedIn, stranger } from "../domain/guesses.ts";
import { withoutToken } from "../middleware/caller.ts";
import { clientAddress } from "../middleware/client-address.ts";
import { limitByAddress } from "../middleware/rate-limit.ts";
import { assertRoomToHash } from "../password.ts";
import { asGuess, askBetterAuth } from "./better-auth.ts";
import { body, createRouter, json, readBody } from "./router.ts";

const anything = z.any();
const described = {
  tags: ["Accounts"],
  responses: {
    200: json("Done", anything),
    400: json("The body is no JSON, or the password is wrong", anything),
    401: json("No session, or wrong credentials", anything),
    422: json("The input does not fit", anything),
    429: json("Too many tries, or too many people at once", errorBodySchema),
    503: json("The database can't be reached", errorBodySchema),
  },
};

const get = (name: string, summary: string) => ({ method: "get", path: `/api/auth/${name}`, summary }) as const;
const post = (name: string, summary: string) => ({ method: "post", path: `/api/auth/${name}`, summary }) as const;

const signUp = post("sign-up/email", "Make an account");
const signIn = post("sign-in/email", "Sign in");
const changePassword = post("change-password", "Change the password");
const deleteUser = post("delete-user", "Delete the account with all that belongs to it");
const revokeSession = post("revoke-session", "End one session");
const withoutBody = [
  post("sign-out", "Sign out"),
  post("revoke-other-sessions", "End all other sessions"),
  get("get-session", "The session and its user, or null"),
  get("list-sessions", "The user's sessions"),
];

/** The account routes, which better-auth answers; everything else that it could serve stays closed. */
export function authRoutes(deps: Deps) {
  const router = createRouter();
  router.use("/api/auth/*", withoutToken(deps), clientAddress(deps));
  router.on("POST", [signUp.path, signIn.path], limitByAddress(deps));

  /** Serves a route that takes a body, which is checked before anything else is done. */
  const serve = <B extends z.ZodType>(
    route: ReturnType<typeof post>,
    schema: B,
    answer: (c: HonoContext<AppEnv>, fitting: z.infer<B>) => Promise<Response>,
  ) => {
    router.openAPIRegistry.registerPath(createRoute({ ...route, ...described, request: { body: body(schema) } }));
    router.post(route.path, async (c) => answer(c, await readBody(c, schema)));
  };

  serve(signUp, newAccountSchema, async (c, account) => {
    assertRoomToHash();
    return remembered(await askBetterAuth(c, deps, account), deps, account.email);
  });
  serve(signIn, credentialsSchema, async (c, credentials) => {
    const email = credentials.email.toLowerCase();
    const device = deps.devices.recognise(c.req.header("cookie"), email);
    const guesser = device === undefined ? stranger(email) : knownDevice(device);
    const response = await asGuess(deps, [guesser], () => askBetterAuth(c, deps, credentials));
    return remembered(response, deps, email);
  });
  serve(changePassword, passwordChangeSchema, (c, change) => bySignedIn(c, deps, change));
  serve(deleteUser, accountDeletionSchema, (c, deletion) => bySignedIn(c, deps, deletion));
  serve(revokeSession, sessionEndSchema, (c, session) => askBetterAuth(c, deps, session));
  for (const route of withoutBody) {
    router.openAPIRegistry.registerPath(createRoute({ ...route, ...described }));
    const sent = route.method === "post" ? {} : undefined;
    router.on(route.method.toUpperCase(), route.path, (c) => askBetterAuth(c, deps, sent));
  }
  return router;
}

/** A success makes the browser one that is known to the account from now on. */
function remembered(response: Response, { devices }: Deps, email: string): Response {
  if (!response.ok) return response;
  const known = new Response(response.body, response);
  known.headers.append("Set-Cookie", devices.introduce(email.toLowerCase()));
  return known;
}

/** Something for which who is signed in proves again that it is them. */
async function bySignedIn(c: HonoContext<AppEnv>, deps: Deps, body: object): Promise<Response> {
  const session = await deps.readSession(c.req.header("cookie"));
  return asGuess(deps, session ? signedIn(session) : [], () => askBetterAuth(c, deps, body));
}
