import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import {
  accountDeletionSchema,
  accountRefusalSchema,
  credentialsSchema,
  enteredSchema,
  newAccountSchema,
  ownSessionSchema,
  passwordChangeSchema,
  sessionEndSchema,
  sessionSchema,
} from "@todo/contract";
import type { Context as HonoContext } from "hono";
import type { AppEnv } from "../app-env.ts";
import { isCommonPassword } from "../common-passwords.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../domain/app-error.ts";
import { knownDevice, signedIn, stranger } from "../domain/guesses.ts";
import { endSession, findPerson, type Session } from "../domain/sessions.ts";
import { withoutToken } from "../middleware/caller.ts";
import { clientAddress } from "../middleware/client-address.ts";
import { limitByAddress } from "../middleware/rate-limit.ts";
import { isOwnWord } from "../own-words.ts";
import { assertRoomToHash } from "../password.ts";
import { asGuess, askBetterAuth } from "./better-auth.ts";
import { access } from "./describe.ts";
import { body, createRouter, json, readBody } from "./router.ts";

const tags = ["Accounts"];
const refused = (description: string) => json(description, accountRefusalSchema);
const noSession = { 401: refused("There is no session") };
const wrongPassword = { 400: refused("The password is wrong"), ...noSession };
const ended = json("Whether it was done", z.object({ status: z.boolean() }));

const signUp = createRoute({
  method: "post",
  path: "/api/auth/sign-up/email",
  tags,
  security: access.anybody,
  summary: "Make an account, and sign in to it",
  "x-errors": ["rate_limited"],
  request: { body: body(newAccountSchema) },
  responses: { 200: json("The account", enteredSchema), 422: refused("The address has an account") },
});
const signIn = createRoute({
  method: "post",
  path: "/api/auth/sign-in/email",
  tags,
  security: access.anybody,
  summary: "Sign in; the session that the browser had ends",
  "x-errors": ["rate_limited"],
  request: { body: body(credentialsSchema) },
  responses: { 200: json("The account", enteredSchema), 401: refused("There is no such account and password") },
});
const changePassword = createRoute({
  method: "post",
  path: "/api/auth/change-password",
  tags,
  security: access.session,
  summary: "Change the password",
  "x-errors": ["rate_limited"],
  request: { body: body(passwordChangeSchema) },
  responses: { 200: json("The account, and the token of a new session, if any", enteredSchema), ...wrongPassword },
});
const deleteUser = createRoute({
  method: "post",
  path: "/api/auth/delete-user",
  tags,
  security: access.session,
  summary: "Delete the account with all that belongs to it",
  "x-errors": ["rate_limited"],
  request: { body: body(accountDeletionSchema) },
  responses: { 200: json("It is gone", z.object({ success: z.boolean(), message: z.string() })), ...wrongPassword },
});
const revokeSession = createRoute({
  method: "post",
  path: "/api/auth/revoke-session",
  tags,
  security: access.session,
  summary: "End one session",
  request: { body: body(sessionEndSchema) },
  responses: { 200: ended, ...noSession },
});
const withoutBody = [
  createRoute({
    method: "post",
    path: "/api/auth/sign-out",
    tags,
    security: access.anybody,
    summary: "Sign out",
    responses: { 200: json("The cookie is taken away", z.object({ success: z.boolean() })) },
  }),
  createRoute({
    method: "post",
    path: "/api/auth/revoke-other-sessions",
    tags,
    security: access.session,
    summary: "End all other sessions",
    responses: { 200: ended, ...noSession },
  }),
  createRoute({
    method: "get",
    path: "/api/auth/get-session",
    tags,
    security: access.anybody,
    summary: "The session and its user, or null",
    responses: { 200: json("Who asks", ownSessionSchema) },
  }),
  createRoute({
    method: "get",
    path: "/api/auth/list-sessions",
    tags,
    security: access.session,
    summary: "The user's sessions",
    responses: { 200: json("All of them", z.array(sessionSchema)), ...noSession },
  }),
];

type Taking<B extends z.ZodType> = Omit<RouteConfig, "request"> & { request: { body: ReturnType<typeof body<B>> } };

/** The account routes, which better-auth answers; everything else that it could serve stays closed. */
export function authRoutes(deps: Deps) {
  const router = createRouter();
  router.use("/api/auth/*", withoutToken(deps), clientAddress(deps));
  router.on("POST", [signUp.path, signIn.path], limitByAddress(deps));

  /** Serves a route that takes a body, which is checked before anything else is done. */
  const serve = <B extends z.ZodType>(
    route: Taking<B>,
    answer: (c: HonoContext<AppEnv>, fitting: z.infer<B>) => Promise<Response>,
  ) => {
    const { schema } = route.request.body.content["application/json"];
    router.openAPIRegistry.registerPath(route);
    router.post(route.path, async (c) => answer(c, await readBody(c, schema)));
  };

  serve(signUp, async (c, account) => {
    await assertHardToGuess("password", account.password, account);
    assertRoomToHash();
    return entered(c, deps, account.email, () => askBetterAuth(c, deps, account));
  });
  serve(signIn, (c, credentials) => {
    const email = credentials.email.toLowerCase();
    const device = deps.devices.recognise(c.req.header("cookie"), email);
    const guesser = device === undefined ? stranger(email) : knownDevice(device);
    return entered(c, deps, email, () => asGuess(deps, [guesser], () => askBetterAuth(c, deps, credentials)));
  });
  serve(changePassword, async (c, change) => {
    const session = await sessionOf(c, deps);
    await assertHardToGuess("newPassword", change.newPassword, session && (await findPerson(deps.db, session.userId)));
    return bySignedIn(c, deps, change);
  });
  serve(deleteUser, (c, deletion) => bySignedIn(c, deps, deletion));
  serve(revokeSession, async (c, ended) => {
    await sessionOf(c, deps);
    return askBetterAuth(c, deps, ended);
  });
  for (const route of withoutBody) {
    router.openAPIRegistry.registerPath(route);
    const sent = route.method === "post" ? {} : undefined;
    router.on(route.method.toUpperCase(), route.path, async (c) => {
      if (sent) await sessionOf(c, deps);
      return askBetterAuth(c, deps, sent);
    });
  }
  return router;
}

type Person = { name: string; email: string };

/** @throws AppError `unprocessable` for a password that is guessed first, of anybody or of this person */
async function assertHardToGuess(path: string, password: string, person: Person | undefined): Promise<void> {
  const why = isOwnWord(password, person)
    ? "This is a name with digits or signs around it, so it is guessed first."
    : (await isCommonPassword(password)) && "Many people use this password, so it is guessed first.";
  if (!why) return;
  const message = `${why} Choose another; a few words make a good one.`;
  throw new AppError("unprocessable", `${path}: ${message}`, { details: [{ path, message }] });
}

/**
 * The answer to who signs in or up. A success ends the session that the browser had, whose cookie it overwrites, and
 * makes the browser one that is known to the account from now on.
 */
async function entered(
  c: HonoContext<AppEnv>,
  deps: Deps,
  email: string,
  enter: () => Promise<Response>,
): Promise<Response> {
  c.get("named").account = deps.devices.pseudonym(email.toLowerCase());
  const before = await deps.sessions.read(c.req.header("cookie"));
  const response = await enter();
  if (!response.ok) return response;
  if (before) await endSession(deps.db, before.token);
  const { user } = enteredSchema.parse(await response.clone().json());
  logAs(c, user.id);
  const known = new Response(response.body, response);
  known.headers.append("Set-Cookie", deps.devices.introduce(email.toLowerCase()));
  return known;
}

/** Whose session the request has, which its lines in the log tell from now on. */
async function sessionOf(c: HonoContext<AppEnv>, deps: Deps): Promise<Session | undefined> {
  const session = await deps.sessions.read(c.req.header("cookie"));
  if (session) logAs(c, session.userId);
  return session;
}

function logAs(c: HonoContext<AppEnv>, userId: string): void {
  c.get("named").userId = userId;
}

/** Something for which who is signed in proves again that it is them. */
async function bySignedIn(c: HonoContext<AppEnv>, deps: Deps, body: object): Promise<Response> {
  const session = await sessionOf(c, deps);
  return asGuess(deps, session ? signedIn(session) : [], () => askBetterAuth(c, deps, body));
}
