import { createHash, randomBytes, randomUUID } from "node:crypto";
import { type ApiScope, type ApiToken, limits, type MadeApiToken, type NewApiToken } from "@todo/contract";
import * as queries from "../db/queries/api-tokens.ts";
import { rejectCallsOf } from "../db/queries/approvals.ts";
import type { ApiTokenRow } from "../db/schema/api-tokens.ts";
import { AppError, notFound } from "./app-error.ts";
import type { Context, UnitOfWorkDeps } from "./context.ts";
import { lock } from "./tasks.ts";

/** Who calls with a token, and what for. */
export type TokenBearer = { userId: string; tokenId: string; scope: ApiScope; zone: string };

const TOKEN_BYTES = 32;
const TOKEN = /^todo_[\w-]{43}$/;
/** How exactly the last use is known: a program may call many times a second. */
const USE_MS = 60_000;

/** Makes a token, which is shown in this answer alone: only its hash is kept. @throws AppError `conflict` at too many */
export async function makeApiToken(ctx: Context, { name, scope, timeZone }: NewApiToken): Promise<MadeApiToken> {
  await lock(ctx);
  const { length } = await queries.listApiTokens(ctx.db, ctx.userId);
  if (length >= limits.apiTokens.perUser) {
    throw new AppError("conflict", `You have ${length} tokens, which is the most. Revoke one that you no longer need.`);
  }
  const token = `todo_${randomBytes(TOKEN_BYTES).toString("base64url")}`;
  const row: ApiTokenRow = {
    id: randomUUID(),
    userId: ctx.userId,
    name,
    hash: hashOf(token),
    scope,
    timeZone,
    createdAt: ctx.now,
    lastUsedAt: null,
  };
  await queries.insertApiToken(ctx.db, row);
  return { ...toApiToken(row), token };
}

/** The user's tokens, newest first. */
export async function listApiTokens(ctx: Context): Promise<ApiToken[]> {
  return (await queries.listApiTokens(ctx.db, ctx.userId)).map(toApiToken);
}

/** Ends a token at once, and rejects what it has asked for and was not decided. @throws AppError `not_found` */
export async function revokeApiToken(ctx: Context, id: string): Promise<void> {
  await lock(ctx);
  if (!(await queries.deleteApiToken(ctx.db, ctx.userId, id))) throw notFound("token");
  await rejectCallsOf(ctx.db, ctx.userId, id, ctx.now);
}

/** Whose token it is; undefined when it is none, or none any more. */
export async function findBearer(
  { db, clock }: Pick<UnitOfWorkDeps, "db" | "clock">,
  token: string,
): Promise<TokenBearer | undefined> {
  const row = TOKEN.test(token) ? await queries.findApiToken(db, hashOf(token)) : undefined;
  if (!row) return undefined;
  const now = clock();
  const since = new Date(now.getTime() - USE_MS);
  if (row.lastUsedAt === null || row.lastUsedAt <= since) await queries.noteUse(db, row.id, { now, since });
  return { userId: row.userId, tokenId: row.id, scope: row.scope, zone: row.timeZone };
}

export function mayCall({ scope }: TokenBearer, needed: ApiScope): boolean {
  return scope === "write" || needed === "read";
}

/** @throws AppError `forbidden_scope` */
export function assertScope(bearer: TokenBearer, needed: ApiScope): void {
  if (mayCall(bearer, needed)) return;
  throw new AppError("forbidden_scope", `This token may only read: it lacks the scope "${needed}".`);
}

/** The tokens are random, so a fast hash is as good as a slow one. */
function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

function toApiToken({ id, name, scope, createdAt, lastUsedAt }: ApiTokenRow): ApiToken {
  return {
    id,
    name,
    scope,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
