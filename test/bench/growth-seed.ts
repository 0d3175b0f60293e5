import { randomUUID } from "node:crypto";
import pg from "pg";

export type Seeded = { userId: string; conversationId: string; messageId: string; middle: string };

/** Messages of one conversation, at most; a person's first one holds them all where they have fewer. */
const PER_CONVERSATION = 100_000;

/**
 * Makes a person for each of these counts, with so many tasks and messages. Straight into the tables, whose indexes are
 * built afterwards: 5,000,000 rows take minutes. `url` is the superuser's.
 */
export async function seedGrowth(url: string, counts: readonly number[]): Promise<Seeded[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const say = (what: string) => process.stderr.write(`  ${what}…\n`);
  await client.query("set maintenance_work_mem = '512MB'");
  await client.query("set synchronous_commit = off");
  // No checks of foreign keys, row by row.
  await client.query("set session_replication_role = replica");
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as "name", pg_get_indexdef(indexrelid) as "definition" from pg_index
     where indrelid in ('"tasks"'::regclass, '"messages"'::regclass) and not indisunique`,
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  const seeded: Seeded[] = [];
  for (const count of counts) {
    say(`adding ${count.toLocaleString("en-US")} tasks and messages of one person`);
    seeded.push(await seedPerson(client, count));
  }
  for (const { name, definition } of indexes) {
    say(`building ${name}`);
    await client.query(definition);
  }
  await client.query("vacuum (analyze) tasks");
  await client.query("vacuum (analyze) messages");
  await client.query("analyze");
  await client.end();
  return seeded;
}

async function seedPerson(client: pg.Client, count: number): Promise<Seeded> {
  const userId = randomUUID();
  await client.query(
    `insert into "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt")
     values ($1, 'Test', $1 || '@example.com', false, now(), now())`,
    [userId],
  );
  await client.query(
    `insert into "tasks" ("id", "userId", "number", "title", "notes", "status", "priority", "tags", "dueDate", "dueZone",
       "createdAt", "updatedAt")
     select gen_random_uuid(), $1, n, 'Task number ' || n || case when n = $2 / 2 then ' the needle' else '' end, '',
       case when n % 3 = 0 then 'done' else 'open' end, (array['none','low','medium','high'])[1 + n % 4],
       array['home', 'tag' || n % 10], case when n % 2 = 0 then date '2026-01-01' + n % 3650 end,
       case when n % 2 = 0 then 'Europe/Berlin' end, now(), now() - n * interval '1 second'
     from generate_series(1, $2::integer) as n`,
    [userId, count],
  );
  const { rows } = await client.query<{ id: string }>(
    `insert into "conversations" ("id", "userId", "title", "createdAt", "updatedAt", "nextMessageSeq")
     select gen_random_uuid(), $1, 'Conversation ' || n, now(), now() - n * interval '1 second', $3 + 1
     from generate_series(1, greatest(1, $2::integer / $3::integer)) as n returning "id"`,
    [userId, count, PER_CONVERSATION],
  );
  for (const [i, { id }] of rows.entries()) {
    await client.query(
      `insert into "messages" ("id", "conversationId", "userId", "seq", "role", "parts", "text", "status", "createdAt")
       select gen_random_uuid(), $1, $2, n, case when n % 2 = 0 then 'assistant' else 'user' end, '[]',
         'What was said as message ' || n || case when n = $3 / 2 and $4 then ' is the needle' else '' end, 'complete', now()
       from generate_series(1, $3::integer) as n`,
      [id, userId, Math.min(count, PER_CONVERSATION), i === 0],
    );
  }
  const conversationId = rows[0]?.id ?? "";
  const last = await client.query<{ id: string }>(
    `select "id" from "messages" where "conversationId" = $1 order by "seq" desc limit 1`,
    [conversationId],
  );
  const half = Math.floor(count / 2);
  const middle = Buffer.from(JSON.stringify([half, half])).toString("base64url");
  return { userId, conversationId, messageId: last.rows[0]?.id ?? "", middle };
}
