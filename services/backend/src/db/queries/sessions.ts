import { sql } from "kysely";
import type { Db } from "../database.ts";

/** The session of that token, unless it has ended or was revoked. */
export async function findSession(db: Db, token: string): Promise<{ userId: string; updatedAt: Date } | undefined> {
  return db
    .selectFrom("session")
    .select(["userId", "updatedAt"])
    .where("token", "=", token)
    .where("expiresAt", ">", sql<Date>`now()`)
    .executeTakeFirst();
}

/** Those of these tokens whose session has not ended. */
export async function listValidTokens(db: Db, tokens: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom("session")
    .select("token")
    .where("token", "=", sql<string>`any(${tokens})`)
    .where("expiresAt", ">", sql<Date>`now()`)
    .execute();
  return rows.map(({ token }) => token);
}

/** What the user is called and may be reached at. */
export async function findPerson(db: Db, userId: string): Promise<{ name: string; email: string } | undefined> {
  return db.selectFrom("user").select(["name", "email"]).where("id", "=", userId).executeTakeFirst();
}

/** Ends the session of that token, if there is one. */
export async function deleteSession(db: Db, token: string): Promise<void> {
  await db.deleteFrom("session").where("token", "=", token).execute();
}
