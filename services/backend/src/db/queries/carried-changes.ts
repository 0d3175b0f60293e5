import type { Task } from "@todo/contract";
import { sql } from "kysely";
import type { Db } from "../database.ts";

/** What of a user's changes is asked for: those after one count of them, up to another. */
export type Span = { userId: string; after: number; upTo: number };

export type CarriedEntry = { userId: string; version: number; task: Task; undo: boolean; bytes: number };

/**
 * The entries of these spans, oldest first, at most `limit` of each. For the event streams of one replica, so it asks for
 * several users at once.
 */
export async function listEntries(db: Db, spans: readonly Span[], limit: number): Promise<CarriedEntry[]> {
  const { rows } = await sql<CarriedEntry>`
    select "span"."userId", "entry"."version", "entry"."after" as "task", "entry"."undo",
      octet_length("entry"."after"::text) as "bytes"
    from jsonb_to_recordset(${JSON.stringify(spans)}::jsonb) as "span" ("userId" text, "after" integer, "upTo" integer)
    cross join lateral (
      select "id", "version", "after",
        -- What takes an undo back is no undo by its own mark.
        "undo" or exists (select from "taskEvents" as "taken" where "taken"."undoneBy" = "taskEvents"."id") as "undo"
      from "taskEvents"
      where "taskEvents"."userId" = "span"."userId" and "version" > "span"."after" and "version" <= "span"."upTo"
      order by "version", "id" limit ${limit}
    ) as "entry"
    order by "entry"."version", "entry"."id"`.execute(db);
  return rows;
}
