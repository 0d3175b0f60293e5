import { type Kysely, sql } from "kysely";

/**
 * However often a session is prolonged, it ends 30 days after it was made. Here, since better-auth prolongs at many
 * places and tells its hooks only what it sets, not what the session was.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function "limitSessionLifetime"() returns trigger language plpgsql as $$
    begin
      new."expiresAt" := least(new."expiresAt", new."createdAt" + interval '30 days');
      return new;
    end $$`.execute(db);
  await sql`
    create trigger "limitSessionLifetime" before insert or update of "expiresAt" on "session"
    for each row execute function "limitSessionLifetime"()`.execute(db);
}
