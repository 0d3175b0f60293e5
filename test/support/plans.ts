import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Db } from "../../services/backend/src/db/database.ts";

/**
 * A database of one connection on which PostgreSQL tells the plan of each statement that it has run, those inside
 * functions too. `settings` are of the planner, `enable_sort=off` say. Only a superuser may ask for this.
 */
export function explainedDatabase(
  url: string,
  adminUrl: string,
  settings: Record<string, string> = {},
): { db: Db; plans: string[] } {
  const plans: string[] = [];
  const options = {
    session_preload_libraries: "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    client_min_messages: "log",
    ...settings,
  };
  const asked = Object.entries(options).map(([name, value]) => `-c ${name}=${value}`);
  const pool = new pg.Pool({ connectionString: asSuperuser(url, adminUrl), max: 1, options: asked.join(" ") });
  pool.on("connect", (client) =>
    client.on("notice", ({ message = "" }) => {
      if (message.includes("plan:")) plans.push(message);
    }),
  );
  return { db: new Kysely({ dialect: new PostgresDialect({ pool }) }), plans };
}

/** The address of the database at `url` for the superuser whose address of the same server is `adminUrl`. */
export function asSuperuser(url: string, adminUrl: string): string {
  return new URL(new URL(url).pathname, adminUrl).href;
}
