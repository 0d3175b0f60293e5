import { type ApiScope, timeZoneSchema } from "@todo/contract";
import type { Context as HonoContext } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { assertScope, findBearer, type TokenBearer } from "../domain/api-tokens.ts";
import { AppError } from "../domain/app-error.ts";
import { session } from "./session.ts";

type Needed = Pick<Deps, "db" | "clock" | "auth" | "sessions" | "asUser">;

/** Lets people with a session pass, and programs with a token of that scope: for the operations. */
export function sessionOrToken(deps: Needed, scope: ApiScope) {
  const bySession = session(deps);
  return createMiddleware<AppEnv>(async (c, next) => {
    const bearer = await findCaller(c, deps);
    if (!bearer) {
      c.set("zone", timeZoneSchema.safeParse(c.req.header("x-time-zone")).data ?? "UTC");
      return bySession(c, next);
    }
    assertScope(bearer, scope);
    admit(c, deps, bearer);
    return next();
  });
}

/** Lets programs with a token pass, and nobody else: a cookie proves nothing where browsers are not meant to go. */
export function tokenOnly(deps: Needed) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const bearer = await findCaller(c, deps);
    if (!bearer) throw challenge(c, "Send a token, made in the app's settings, as Authorization: Bearer todo_…");
    admit(c, deps, bearer);
    return next();
  });
}

/** Turns programs away, whatever their token: what follows is for people who have signed in. */
export function withoutToken(deps: Needed) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (await findCaller(c, deps)) {
      throw new AppError("forbidden_scope", "Not with a token: this is only for whoever is signed in.");
    }
    return next();
  });
}

/** The token's bearer; undefined when there is no Authorization header. With one, no cookie counts. */
async function findCaller(c: HonoContext<AppEnv>, deps: Needed): Promise<TokenBearer | undefined> {
  const header = c.req.header("authorization");
  if (header === undefined) return undefined;
  const token = /^bearer +(\S+)$/i.exec(header)?.[1] ?? "";
  const bearer = await findBearer(deps, token);
  if (!bearer) throw challenge(c, "There is no such token. It may have been revoked.");
  return bearer;
}

function challenge(c: HonoContext<AppEnv>, message: string): AppError {
  c.header("WWW-Authenticate", "Bearer");
  return new AppError("unauthenticated", message);
}

function admit(c: HonoContext<AppEnv>, { asUser }: Needed, bearer: TokenBearer): void {
  const { userId, tokenId, zone } = bearer;
  c.set("caller", { asUser: (work, purpose) => asUser(userId, work, purpose), userId: async () => userId });
  c.set("bearer", bearer);
  c.set("zone", zone);
  Object.assign(c.get("named"), { userId, tokenId });
}
