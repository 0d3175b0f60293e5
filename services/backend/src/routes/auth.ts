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
    await assertHardToGuess("password", account.password, account);
    assertRoomToHash();
    return entered(c, deps, account.email, () => askBetterAuth(c, deps, account));
  });
  serve(signIn, credentialsSchema, (c, credentials) => {
    const email = credentials.email.toLowerCase();
    const device = deps.devices.recognise(c.req.header("cookie"), email);
    const guesser = device === undefined ? stranger(email) : knownDevice(device);
    return entered(c, deps, email, () => asGuess(deps, [guesser], () => askBetterAuth(c, deps, credentials)));
  });
  serve(changePassword, passwordChangeSchema, async (c, change) => {
    const session = await sessionOf(c, deps);
    await assertHardToGuess("newPassword", change.newPassword, session && (await findPerson(deps.db, session.userId)));
    return bySignedIn(c, deps, change);
  });
  serve(deleteUser, accountDeletionSchema, (c, deletion) => bySignedIn(c, deps, deletion));
  serve(revokeSession, sessionEndSchema, async (c, ended) => {
    await sessionOf(c, deps);
    return askBetterAuth(c, deps, ended);
  });
  for (const route of withoutBody) {
    router.openAPIRegistry.registerPath(createRoute({ ...route, ...described }));
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

const enteredSchema = z.object({ user: z.object({ id: z.string() }) });

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
