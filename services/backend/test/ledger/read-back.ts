import type { Message, Task } from "@todo/contract";
import type pg from "pg";
import { get } from "../faults/operation.ts";
import type { Person } from "./client.ts";

export type TaskRow = Omit<Task, "due" | "createdAt" | "updatedAt" | "completedAt" | "deletedAt"> & {
  createdAt: Date;
  updatedAt: Date;
  completedAt: Date | null;
  deletedAt: Date | null;
};
export type EventRow = {
  id: number;
  taskId: string;
  kind: string;
  before: Task | null;
  after: Task;
  runId: string | null;
  callId: string;
};
export type MessageRow = {
  id: string;
  conversationId: string;
  seq: number;
  role: "user" | "assistant";
  status: string;
  text: string;
  /** What its notices say went wrong. */
  notices: string[];
  runId: string;
};
export type RunRow = { id: string; messageId: string; answerId: string; status: string };
export type EffectRow = { runId: string; callId: string; tool: string; events: number[] };

/** All that the database and the API have of one person. */
export type Facts = {
  tasks: TaskRow[];
  events: EventRow[];
  messages: MessageRow[];
  runs: RunRow[];
  effects: EffectRow[];
  listedTasks: Task[];
  listedMessages: Message[];
};

/** Reads everything of one person from the database, as its owner, and from the API. */
export async function readFacts(db: pg.Pool, url: string, { session }: Person): Promise<Facts> {
  const rows = async <Row extends pg.QueryResultRow>(text: string) =>
    (await db.query<Row>(text, [session.userId])).rows;
  const conversations = await rows<{ id: string }>(`select "id" from "conversations" where "userId" = $1`);
  const listedMessages: Message[] = [];
  for (const { id } of conversations) {
    listedMessages.push(...(await pages<Message>(`${url}/api/conversations/${id}/messages`, session)));
  }
  return {
    tasks: await rows(
      `select "id", "number", "title", "notes", "status", "priority", "tags", "createdAt", "updatedAt", "completedAt", "deletedAt"
       from "tasks" where "userId" = $1`,
    ),
    events: await rows(
      `select "id", "taskId", "kind", "before", "after", "runId", "callId" from "taskEvents" where "userId" = $1 order by "id"`,
    ),
    messages: await rows(
      `select "id", "conversationId", "seq", "role", "status", "text", "runId",
         array(select jsonb_path_query("parts", '$[*] ? (@.type == "data-notice").data.code') #>> '{}') as "notices"
       from "messages" where "userId" = $1 order by "seq"`,
    ),
    runs: await rows(`select "id", "messageId", "answerId", "status" from "runs" where "userId" = $1`),
    effects: await rows(
      `select "runId", "callId", "tool",
         array(select ("change" ->> 'event')::integer from jsonb_array_elements("result" -> 'changes') as "change") as "events"
       from "toolEffects" where "userId" = $1`,
    ),
    listedTasks: [
      ...(await pages<Task>(`${url}/api/tasks`, session)),
      ...(await pages<Task>(`${url}/api/tasks?status=deleted`, session)),
    ],
    listedMessages,
  };
}

/** What is true of some people together: rows that name another's canary, logs that are left over, runs that go on. */
export type Totals = { foreign: { table: string; userId: string }[]; leftChunks: number; activeRuns: number };

/** The log of an ended run is kept so long, in minutes, and the job that removes it comes once a minute. */
const KEPT_MINUTES = 12;

export async function readTotals(db: pg.Pool, people: readonly Person[]): Promise<Totals> {
  const canaries = Object.fromEntries(people.map(({ session, canary }) => [session.userId, canary]));
  const ids = Object.keys(canaries);
  const { rows: tables } = await db.query<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'userId' order by 1`,
  );
  const foreign: Totals["foreign"] = [];
  for (const { name: table } of tables) {
    const { rows } = await db.query<{ userId: string }>(
      `select "userId" from "${table}" as "row", regexp_matches(to_jsonb("row")::text, '${CANARY.source}', 'g') as "found"
       where "userId" = any($2) and "found"[1] <> ($1::jsonb ->> "userId")`,
      [canaries, ids],
    );
    foreign.push(...rows.map(({ userId }) => ({ table, userId })));
  }
  const { rows: counts } = await db.query<Pick<Totals, "leftChunks">>(
    `select count(*)::int as "leftChunks" from "runChunks" join "runs" on "runs"."id" = "runId"
     where "runs"."userId" = any($1) and "finishedAt" < now() - make_interval(mins => ${KEPT_MINUTES})
       and ("status" in ('done', 'stopped') or "sealed")`,
    [ids],
  );
  return { foreign, leftChunks: counts[0]?.leftChunks ?? 0, activeRuns: await countActiveRuns(db, people) };
}

export async function countActiveRuns(db: pg.Pool, people: readonly Person[]): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as "count" from "runs"
     where "userId" = any($1) and "status" in ('queued', 'running', 'waiting')`,
    [people.map(({ session }) => session.userId)],
  );
  return rows[0]?.count ?? 0;
}

export const CANARY = /canary[0-9a-f]{8}/;

/** All pages of a list. */
async function pages<T>(url: string, session: Person["session"]): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const at = new URL(url);
    at.searchParams.set("limit", "100");
    if (cursor !== "") at.searchParams.set("cursor", cursor);
    const page: { items: T[]; nextCursor: string | null } = await get(at.href, session);
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}
