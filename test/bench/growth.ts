import { createDatabase, type Db, inTransaction, type Trx } from "../../services/backend/src/db/database.ts";
import { listConversations } from "../../services/backend/src/db/queries/conversations.ts";
import { listMessages } from "../../services/backend/src/db/queries/messages.ts";
import { findModelContext } from "../../services/backend/src/db/queries/model-context.ts";
import { listTasks } from "../../services/backend/src/db/queries/task-list.ts";
import type { TaskFilter } from "../../services/contract/src/index.ts";
import { median, type Row, row } from "../support/figures.ts";
import { asSuperuser, explainedDatabase } from "../support/plans.ts";
import type { Database } from "./backend.ts";
import { type Seeded, seedGrowth } from "./growth-seed.ts";

const SMALL = 1_000;
const ROUNDS = 30;
/** Flat: at most twice what it takes with few rows, and a millisecond for the larger index. */
const flatLimit = (small: number) => 2 * small + 1;

type Ask = (trx: Trx, who: Seeded) => Promise<unknown>;

const tasks =
  (filter: Partial<TaskFilter>): Ask =>
  (trx, { userId }) =>
    listTasks(trx, userId, { sort: "number", limit: 50, ...filter });
const conversations =
  (q: string): Ask =>
  (trx, { userId }) =>
    listConversations(trx, userId, { limit: 50, q });

const asks: Record<string, Ask> = {
  "tasks by number": tasks({}),
  "tasks by number, from the middle": (trx, { userId, middle }) =>
    listTasks(trx, userId, { sort: "number", limit: 50, cursor: middle }),
  "open tasks": tasks({ status: "open" }),
  "tasks by due day": tasks({ sort: "due" }),
  "tasks by priority": tasks({ sort: "priority" }),
  "tasks by change": tasks({ sort: "updated" }),
  "words without a hit": tasks({ q: "zebra" }),
  "words with one hit": tasks({ q: "the needle" }),
  "words in every task": tasks({ q: "number" }),
  "tag without a hit": tasks({ tag: "zebra" }),
  "a conversation's messages": (trx, { userId, conversationId }) =>
    listMessages(trx, userId, conversationId, { limit: 50 }),
  "conversations, words without a hit": conversations("zebra"),
  "conversations, words with one hit": conversations("the needle"),
  "what a model is told before a first word": (trx, { userId, messageId }) =>
    findModelContext(trx, userId, messageId, { messages: 12, messageCharacters: 1_500, tasks: 30 }),
};

/**
 * Each query of one person with 1,000 tasks and messages, and of one with very many among five times as many of others,
 * in turn. No plan may read a whole table.
 */
export async function measureGrowth(database: Database, many: number): Promise<Row[]> {
  const counts = [SMALL, many, many, many, many, many];
  const [small, large] = await seedGrowth(asSuperuser(database.url, database.adminUrl), counts);
  if (!small || !large) throw new Error("nobody was seeded");
  const db = createDatabase({ url: database.url, maxConnections: 1, onError: () => {} });
  const rows: Row[] = [];
  for (const [name, ask] of Object.entries(asks)) {
    const times = { small: [] as number[], large: [] as number[] };
    for (let i = 0; i <= ROUNDS; i++) {
      const measured = { small: await timeOf(db, ask, small), large: await timeOf(db, ask, large) };
      // The first of each prepares its statements.
      if (i > 0) for (const each of ["small", "large"] as const) times[each].push(measured[each]);
    }
    const twin = median(times.small);
    rows.push(
      row(
        `${name}: p50 with ${many.toLocaleString("en-US")} among ${(5 * many).toLocaleString("en-US")}`,
        { value: median(times.large), unit: "ms", digits: 2 },
        { at: "most", limit: flatLimit(twin) },
        { name: `with ${SMALL.toLocaleString("en-US")}`, value: twin },
      ),
    );
  }
  await db.destroy();
  return [...rows, await countWholeReads(database, large)];
}

async function timeOf(db: Db, ask: Ask, who: Seeded): Promise<number> {
  const began = performance.now();
  await inTransaction(db, who.userId, (trx) => ask(trx, who));
  return performance.now() - began;
}

/** How many of the queries read a whole table to answer; their plans are shown. */
async function countWholeReads(database: Database, who: Seeded): Promise<Row> {
  const { db, plans } = explainedDatabase(database.url, database.adminUrl);
  let whole = 0;
  try {
    for (const [name, ask] of Object.entries(asks)) {
      plans.length = 0;
      await inTransaction(db, who.userId, (trx) => ask(trx, who));
      const found = plans.filter((plan) => /Seq Scan on "?(tasks|messages)\b/.test(plan));
      if (found.length > 0) whole += 1;
      for (const plan of found) process.stderr.write(`${name} reads a whole table:\n${plan}\n`);
    }
  } finally {
    await db.destroy();
  }
  const count = { value: whole, unit: `of ${Object.keys(asks).length}` };
  return row("queries that read a whole table, by their plans", count, { at: "most", limit: 0 });
}
