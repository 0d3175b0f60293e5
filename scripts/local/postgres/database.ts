import pg from "pg";

/** The role that owns the app's database, and that database. */
const OWNER = "todo_owner";
const DATABASE = "todo";

/**
 * The address of a database of the local server. It says `sslmode=disable` so that no PGSSLMODE of the caller's applies.
 */
function databaseUrl(port: number, user: string, password: string, database: string): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

/** The address by which the server's superuser comes in. */
export function adminUrl(port: number, password: string): string {
  return databaseUrl(port, "postgres", password, "postgres");
}

type EnsureOptions = { port: number; passwords: { superuser: string; owner: string }; mayCreateDatabases?: boolean };

/**
 * Makes the app's role and database where they are missing. The role is no superuser but may make others, as the one
 * that a managed database hands out.
 * @returns the address that the app uses
 */
export async function ensureDatabase({ port, passwords, mayCreateDatabases = false }: EnsureOptions): Promise<string> {
  await withClient(adminUrl(port, passwords.superuser), async (client) => {
    const role = await client.query("select 1 from pg_roles where rolname = $1", [OWNER]);
    if (role.rowCount === 0) {
      const rights = mayCreateDatabases ? "createrole createdb" : "createrole";
      await client.query(`create role ${OWNER} login ${rights} password ${client.escapeLiteral(passwords.owner)}`);
    }
    const database = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
    if (database.rowCount === 0) await client.query(`create database ${DATABASE} owner ${OWNER}`);
  });
  return databaseUrl(port, OWNER, passwords.owner, DATABASE);
}

/** Whether a server answers to our password and works on this data folder. */
export async function answersAs(port: number, superuserPassword: string, dataDir: string): Promise<boolean> {
  try {
    return await withClient(adminUrl(port, superuserPassword), async (client) => {
      const { rows } = await client.query("select current_setting('data_directory') as folder");
      return rows[0].folder === dataDir;
    });
  } catch {
    // Not yet, no longer, or not ours: the caller decides how long to wait.
    return false;
  }
}

export async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  // A connection that breaks also fails the query under way; without a listener it would end this process.
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
