import type { Task, TaskFilter } from "@todo/contract";
import { type ExpressionBuilder, type RawBuilder, sql } from "kysely";
import { z } from "zod";
import type { Trx } from "../database.ts";
import type { Database } from "../schema/index.ts";
import { containing, decodeCursor, encodeCursor } from "./cursor.ts";
import { searchTasks } from "./search.ts";
import { shownColumns, toTask } from "./tasks.ts";

type SortValue = string | number;
type Sort = {
  /** What it is sorted by, in the words of its index (migration `growth`). The number makes the order total. */
  key: RawBuilder<unknown>[];
  descending?: boolean;
  /** The key of a page's last row as the cursor holds it, where that is not the key itself. */
  value: RawBuilder<SortValue>;
  cursor: z.ZodType<SortValue>;
  /** The key that a cursor names. */
  after: (value: SortValue) => RawBuilder<unknown>[];
};

/** The date and time of a task that has none, which is due after all others. */
const FAR = sql.lit("9999-12-31");
const dueDate = sql`case when "dueDate" is null then ${FAR}::date else "dueDate" end`;
const dueTime = sql`case when "dueTime" is null then '99' else "dueTime" end`;
const DATE_LENGTH = 10;

const sorts: Record<TaskFilter["sort"], Sort> = {
  number: { key: [], value: sql`"number"`, cursor: z.int32(), after: () => [] },
  due: {
    key: [dueDate, dueTime],
    value: sql`(${dueDate})::text || (${dueTime})`,
    cursor: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(\d\d:\d\d|99)$/),
    after: (value) => {
      const text = String(value);
      return [sql`${text.slice(0, DATE_LENGTH)}::date`, sql`${text.slice(DATE_LENGTH)}`];
    },
  },
  priority: {
    key: [sql`case "priority" when 'high' then -4 when 'medium' then -3 when 'low' then -2 else -1 end`],
    value: sql`case "priority" when 'high' then -4 when 'medium' then -3 when 'low' then -2 else -1 end`,
    cursor: z.int32(),
    after: (value) => [sql`${value}::integer`],
  },
  updated: {
    key: [sql`"updatedAt"`],
    descending: true,
    // PostgreSQL keeps microseconds, and JavaScript's dates do not.
    value: sql`(extract(epoch from "updatedAt") * 1000000)::bigint::text`,
    cursor: z.string().regex(/^\d{1,17}$/),
    after: (value) => [sql`'epoch'::timestamptz + ${value}::bigint * interval '1 microsecond'`],
  },
};

/** With more hits than this a list is read in its order, and comes upon them soon. */
const FEW = 1_000;

/**
 * One page of the user's tasks, deleted ones only when they are asked for, by keyset: the cursor holds the last row's sort
 * value and its number. Returns undefined when the cursor is none of ours.
 *
 * What it costs does not grow with the list: each order has an index that it is read by, and words and tags that few tasks
 * have are found by an index of their own first (where the server has it, see `search-indexes.ts`).
 */
export async function listTasks(
  trx: Trx,
  userId: string,
  filter: TaskFilter,
): Promise<{ items: Task[]; nextCursor: string | null } | undefined> {
  const sort = sorts[filter.sort];
  const after = filter.cursor === undefined ? null : decodeCursor(filter.cursor, z.tuple([sort.cursor, z.int32()]));
  if (after === undefined) return undefined;
  const pattern = filter.q ? containing(filter.q) : undefined;
  const hits =
    (pattern || filter.tag) && filter.status !== "deleted"
      ? await searchTasks(trx, { pattern, tag: filter.tag, most: FEW })
      : undefined;
  if (hits?.length === 0) return { items: [], nextCursor: null };
  const key = [...sort.key, sql`"number"`];
  const compare = sort.descending ? sql`<` : sql`>`;
  const rows = await trx
    .selectFrom("tasks")
    .select(shownColumns)
    .select(sort.value.as("sortValue"))
    .where("userId", "=", userId)
    .where("deletedAt", filter.status === "deleted" ? "is not" : "is", null)
    .$if(hits !== undefined, (query) => query.where(sql<boolean>`"id" = any(${hits}::uuid[])`))
    .where((eb) => matching(eb, filter, pattern))
    .$if(after !== null, (query) => {
      const [value = 0, number] = after ?? [];
      const last = sql.join([...sort.after(value), sql`${number}`]);
      return query.where(sql<boolean>`(${sql.join(key)}) ${compare} (${last})`);
    })
    .orderBy(sql.join(key.map((each) => (sort.descending ? sql`${each} desc` : each))))
    .limit(filter.limit + 1)
    .execute();
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  const more = rows.length > filter.limit && last !== undefined;
  return { items: page.map(toTask), nextCursor: more ? encodeCursor([last.sortValue, last.number]) : null };
}

function matching(eb: ExpressionBuilder<Database, "tasks">, filter: TaskFilter, pattern: string | undefined) {
  return eb.and([
    ...(filter.status && filter.status !== "deleted" ? [eb("status", "=", filter.status)] : []),
    ...(filter.priority ? [eb("priority", "=", filter.priority)] : []),
    ...(filter.tag ? [sql<boolean>`${filter.tag} = any("tags")`] : []),
    ...(filter.dueBefore ? [eb("dueDate", "<", filter.dueBefore)] : []),
    ...(filter.dueAfter ? [eb("dueDate", ">", filter.dueAfter)] : []),
    ...(pattern ? [eb.or([eb("title", "ilike", pattern), eb("notes", "ilike", pattern)])] : []),
  ]);
}
