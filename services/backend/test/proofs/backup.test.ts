import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, inject, it } from "vitest";
import { dump } from "../../../../scripts/backup/dump.ts";
import { fill } from "../../../../scripts/backup/fill.ts";
import { type Place, reach } from "../../../../scripts/backup/place.ts";
import { long, row, tell } from "../../../../test/support/figures.ts";
import { tempFolder } from "../../../../test/support/temp-folder.ts";
import { closeAfterTest, createTestDatabase, signUp, sql, startTestServer } from "../_harness.ts";
import { dataOf, schemaOf } from "../_schema.ts";

const MESSAGES = long ? 1_000_000 : 2_000;
const { signal } = new AbortController();

beforeEach(async (context) => {
  const missing = await reach(inject("databaseUrl"), signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (missing && process.env["CI"]) throw missing;
  if (missing) context.skip(String(missing));
});

async function placeAt(url: string): Promise<Place> {
  return { ...(await reach(url, signal)), close: async () => undefined };
}

/** Somebody's tasks and conversations, and a backup of them. */
async function saved() {
  const server = await startTestServer();
  closeAfterTest(server);
  const ann = await signUp(server);
  const bob = await signUp(server);
  for (const person of [ann, bob]) {
    const id = await person.conversation();
    await person.say(id, 'add "Grüße 👋", "two\\nlines" and "three"');
    await person.json("POST", "/api/tasks/complete", { tasks: [1] });
  }
  const file = path.join(tempFolder(), "all.dump");
  await dump(await placeAt(server.databaseUrl), file, signal);
  return { server, ann, bob, file };
}

it("restores into an empty database of another name all that was saved, rights and row security included", async () => {
  const { server, ann, bob, file } = await saved();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const target = await createTestDatabase({ migrate: false });
  await fill(await placeAt(target), file, false, signal);
  expect(await dataOf(target)).toEqual(await dataOf(server.databaseUrl));
  expect(await schemaOf(target)).toEqual(await schemaOf(server.databaseUrl));
  const callers = `select proname, array_agg(case when grantee = 0 then 'all' when grantee = proowner then 'owner' else 'app' end
      order by grantee = 0, grantee = proowner) as "by"
    from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))
    where pronamespace = 'public'::regnamespace and prosecdef group by proname order by proname`;
  expect(await sql(target, callers)).toEqual(await sql(server.databaseUrl, callers));

  // The app works on it, for those who were signed in, and each sees their own.
  const restored = await startTestServer({ databaseUrl: target });
  closeAfterTest(restored);
  const mine = await ann.on(restored).tasks();
  expect(mine.map(({ title }) => title)).toEqual((await ann.tasks()).map(({ title }) => title));
  expect(mine.length).toBeGreaterThan(0);
  await ann.on(restored).json("POST", "/api/tasks", { title: "after" });
  expect((await bob.on(restored).tasks()).map(({ title }) => title)).not.toContain("after");
});

it("changes nothing where people are, unless told to, or where the file is broken or of something else", async () => {
  const { server, file } = await saved();
  const other = await startTestServer();
  closeAfterTest(other);
  await (await signUp(other)).json("POST", "/api/tasks", { title: "mine" });
  const place = await placeAt(other.databaseUrl);
  const before = await dataOf(other.databaseUrl);

  await expect(fill(place, file, false, signal)).rejects.toThrow(/is not empty, it holds an account.*--replace/s);
  await expect(dump(place, file, signal)).rejects.toThrow("is there already");
  await expect(fill(place, `${file}.none`, true, signal)).rejects.toThrow("there is no file");
  const broken = `${file}.broken`;
  writeFileSync(broken, readFileSync(file));
  truncateSync(broken, Math.floor(statSync(file).size * 0.9));
  await expect(fill(place, broken, true, signal)).rejects.toThrow(/pg_restore failed/);
  writeFileSync(broken, "no dump at all");
  await expect(fill(place, broken, true, signal)).rejects.toThrow(/can't be read as a backup/);
  const foreign = await createTestDatabase({ migrate: false });
  await sql(foreign, "create table something (id integer)");
  await dump(await placeAt(foreign), `${file}.foreign`, signal);
  await expect(fill(place, `${file}.foreign`, true, signal)).rejects.toThrow("a backup of something else");
  await expect(fill(await placeAt(foreign), file, false, signal)).rejects.toThrow("a table of something else");
  expect(await dataOf(other.databaseUrl)).toEqual(before);

  await fill(place, file, true, signal);
  expect(await dataOf(other.databaseUrl)).toEqual(await dataOf(server.databaseUrl));
  expect(await schemaOf(other.databaseUrl)).toEqual(await schemaOf(server.databaseUrl));
});

it("takes little time for many messages", async () => {
  const server = await startTestServer();
  closeAfterTest(server);
  const ann = await signUp(server);
  const conversation = await ann.conversation();
  await sql(
    server.databaseUrl,
    `insert into "messages" ("id", "conversationId", "userId", "seq", "role", "parts", "text", "status", "createdAt")
     select gen_random_uuid(), $1, $2, "n", case when "n" % 2 = 1 then 'user' else 'assistant' end,
       jsonb_build_array(jsonb_build_object('type', 'text', 'text', "text", 'state', 'done')), "text", 'complete', now()
     from (select "n", 'message ' || "n" || ' ' || repeat(md5("n"::text), 4) as "text" from generate_series(1, $3::integer) as "n") as "each"`,
    [conversation, ann.userId, MESSAGES],
  );
  const file = path.join(tempFolder(), "many.dump");
  const target = await createTestDatabase({ migrate: false });
  const began = performance.now();
  await dump(await placeAt(server.databaseUrl), file, signal);
  const middle = performance.now();
  await fill(await placeAt(target), file, false, signal);
  const end = performance.now();
  const seconds = (from: number, to: number) => ({ value: (to - from) / 1_000, unit: "s", digits: 1 });
  const most = long ? ({ at: "most", limit: 60 } as const) : undefined;
  tell(
    row(`backup of ${MESSAGES.toLocaleString("en-US")} messages`, seconds(began, middle)),
    row(`their restoring into an empty database`, seconds(middle, end), most),
  );
  expect(await dataOf(target)).toEqual(await dataOf(server.databaseUrl));
});
