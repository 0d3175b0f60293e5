import { sql } from "kysely";
import type { Trx } from "../database.ts";

/**
 * The user's tasks, deleted ones apart, whose title or notes are like `pattern` and that have `tag`, by an index where the
 * server has one; undefined when they are more than `most`.
 */
export async function searchTasks(
  trx: Trx,
  wanted: { pattern: string | undefined; tag: string | undefined; most: number },
): Promise<string[] | undefined> {
  const { pattern = null, tag = null, most } = wanted;
  const { rows } = await sql<{ ids: string[] | null }>`
    select "searchTasks"(${pattern}, ${tag}, ${most}) as "ids"`.execute(trx);
  return rows[0]?.ids ?? undefined;
}

/**
 * The user's conversations whose title, or a message of theirs, is like `pattern`; undefined when there are more than
 * `most` hits.
 */
export async function searchConversations(trx: Trx, pattern: string, most: number): Promise<string[] | undefined> {
  const { rows } = await sql<{ ids: string[] | null }>`
    select "searchConversations"(${pattern}, ${most}) as "ids"`.execute(trx);
  return rows[0]?.ids ?? undefined;
}
