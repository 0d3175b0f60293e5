import type { Db, Trx } from "../database.ts";
import type { ApiTokenRow } from "../schema/api-tokens.ts";

export async function insertApiToken(trx: Trx, row: ApiTokenRow): Promise<void> {
  await trx.insertInto("apiTokens").values(row).execute();
}

/** The user's tokens, newest first. */
export async function listApiTokens(trx: Trx, userId: string): Promise<ApiTokenRow[]> {
  return trx
    .selectFrom("apiTokens")
    .selectAll()
    .where("userId", "=", userId)
    .orderBy("createdAt", "desc")
    .orderBy("id")
    .execute();
}

/** False when the user has no such token. */
export async function deleteApiToken(trx: Trx, userId: string, id: string): Promise<boolean> {
  const row = await trx
    .deleteFrom("apiTokens")
    .where("userId", "=", userId)
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** The token with that hash. Asked before it is known whose it is, so as the role that owns the tables. */
export async function findApiToken(db: Db, hash: string): Promise<ApiTokenRow | undefined> {
  return db.selectFrom("apiTokens").selectAll().where("hash", "=", hash).executeTakeFirst();
}

/** Notes a use, unless one was noted after `since`. */
export async function noteUse(db: Db, id: string, { now, since }: { now: Date; since: Date }): Promise<void> {
  await db
    .updateTable("apiTokens")
    .set({ lastUsedAt: now })
    .where("id", "=", id)
    .where((eb) => eb.or([eb("lastUsedAt", "is", null), eb("lastUsedAt", "<=", since)]))
    .execute();
}
