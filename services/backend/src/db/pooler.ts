import pg from "pg";

/**
 * Whether `url` leads through a pooler that gives each transaction another connection: so found out by what happens, not
 * by the address. While one client is connected and has nothing to do, another one begins a transaction: only behind
 * such a pooler do both meet the same server process, or does the first one meet another than before.
 */
export async function isTransactionPooler(url: string): Promise<boolean> {
  const options = { connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 5_000 };
  const [idle, busy] = [new pg.Client(options), new pg.Client(options)];
  // What breaks a connection fails its query, too.
  for (const client of [idle, busy]) client.on("error", () => {});
  try {
    await Promise.all([idle.connect(), busy.connect()]);
    const before = await processOf(idle);
    await busy.query("begin");
    const between = await processOf(busy);
    const after = await processOf(idle);
    return between === before || after !== before;
  } finally {
    await Promise.allSettled([idle.end(), busy.end()]);
  }
}

async function processOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]?.pid;
}
