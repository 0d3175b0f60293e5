import pg from "pg";

const EVERY_MS = 4;

/**
 * Looks every few milliseconds how long the oldest transaction has run that holds a lock others may wait for: one that has
 * written something and does not itself wait for a lock. What it gives is that age at most, in milliseconds, which may be
 * less than the truth by the time between two looks.
 */
export async function watchTransactions(
  databaseUrl: string,
): Promise<() => Promise<{ longestMs: number; query: string }>> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "watcher" });
  await client.connect();
  let longestMs = 0;
  let query = "";
  let running = true;
  const looking = (async () => {
    while (running) {
      const { rows } = await client.query<{ ms: number; query: string }>(
        `select extract(epoch from clock_timestamp() - xact_start)::float8 * 1000 as ms, query from pg_stat_activity
         where datname = current_database() and backend_xid is not null and backend_type = 'client backend'
           and wait_event_type is distinct from 'Lock'
         order by xact_start limit 1`,
      );
      const [oldest] = rows;
      if (oldest && oldest.ms > longestMs) ({ ms: longestMs, query } = oldest);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return async () => {
    running = false;
    await looking;
    await client.end();
    return { longestMs, query };
  };
}
