import { createHmac, timingSafeEqual } from "node:crypto";
import Fastify from "fastify";
import pg from "pg";

/**
 * The task read as one would write it with Fastify and pg, with the same guarantees as ours: the cookie's signature is
 * checked, its session looked up in the database on every request, and the rows are read in a transaction behind row
 * security. Four ways to the server and back: session, begin with role and user, rows, commit.
 */
const { DATABASE_URL, BETTER_AUTH_SECRET = "", PORT, HOST } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
const app = Fastify();

const nullable = { type: "string", nullable: true };
const text = { type: "string" };
const due = { type: "object", nullable: true, properties: { date: text, time: nullable, zone: text } };
const task = {
  type: "object",
  properties: {
    id: text,
    number: { type: "integer" },
    title: text,
    notes: text,
    status: text,
    priority: text,
    tags: { type: "array", items: text },
    due,
    createdAt: text,
    updatedAt: text,
    completedAt: nullable,
    deletedAt: nullable,
  },
};
const page = { type: "object", properties: { items: { type: "array", items: task }, nextCursor: nullable } };
const query = { type: "object", properties: { limit: { type: "integer", minimum: 1, maximum: 100, default: 50 } } };

type Row = Record<string, string | null> & { number: number; createdAt: Date; updatedAt: Date };

app.get<{ Querystring: { limit: number } }>(
  "/api/tasks",
  { schema: { querystring: query, response: { 200: page } } },
  async (request, reply) => {
    const userId = await findUser(request.headers.cookie ?? "");
    if (!userId) return reply.code(401).send();
    const { limit } = request.query;
    const rows = await readAs(userId, limit + 1);
    const items = rows.slice(0, limit).map(({ dueDate, dueTime, dueZone, ...row }) => ({
      ...row,
      due: dueDate === null ? null : { date: dueDate, time: dueTime, zone: dueZone },
    }));
    const last = rows.length > limit ? items.at(-1) : undefined;
    return { items, nextCursor: last ? Buffer.from(JSON.stringify([last["number"]])).toString("base64url") : null };
  },
);

async function findUser(cookies: string): Promise<string | undefined> {
  const cookie = /(?:^|; )todo\.session_token=([^;]+)/.exec(cookies)?.[1] ?? "";
  const [token = "", signature = ""] = decodeURIComponent(cookie).split(".");
  const expected = createHmac("sha256", BETTER_AUTH_SECRET).update(token).digest();
  const given = Buffer.from(signature, "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const { rows } = await pool.query<{ userId: string }>({
    name: "session",
    text: `select "userId", "updatedAt" from "session" where "token" = $1 and "expiresAt" > now()`,
    values: [token],
  });
  return rows[0]?.userId;
}

async function readAs(userId: string, limit: number): Promise<Row[]> {
  const client = await pool.connect();
  try {
    await client.query(
      `begin; select set_config('role', left(current_database(), 59) || '_app', true),
       set_config('app.user_id', ${client.escapeLiteral(userId)}, true)`,
    );
    const { rows } = await client.query<Row>({
      name: "tasks",
      text: `select "id", "number", "title", "notes", "status", "priority", "tags", "dueDate"::text as "dueDate",
         "dueTime", "dueZone", "createdAt", "updatedAt", "completedAt", "deletedAt"
       from "tasks" where "userId" = $1 and "deletedAt" is null order by "number" limit $2`,
      values: [userId, limit],
    });
    await client.query("commit");
    client.release();
    return rows;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

await app.listen({ port: Number(PORT), host: HOST ?? "127.0.0.1" });
process.on("SIGTERM", () => process.exit(0));
