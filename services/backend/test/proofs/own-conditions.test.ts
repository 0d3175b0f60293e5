import { afterAll, beforeAll, expect, it } from "vitest";
import { long, row, seedOf, tell } from "../../../../test/support/figures.ts";
import { userTables } from "../_dump.ts";
import { signUp, sql, startTestServer, type TestServer } from "../_harness.ts";
import { type Operation, readOperations } from "../_openapi.ts";
import { bundleWithSwitch } from "../_own-conditions.ts";
import { Random } from "../_random.ts";
import { liveBeside, watchedModel } from "../_stranger-life.ts";
import { settleIn } from "../_two-people.ts";

const CONDITIONS = long ? Number.POSITIVE_INFINITY : 1;

/** Turns after which a conversation has a summary. */
const TURNS = 14;
const isOfSummary = (condition = "") => /Summary|Between/.test(condition);

const { model, shown } = watchedModel();
let bundle: Awaited<ReturnType<typeof bundleWithSwitch>>;
let server: TestServer;
let described: Operation[];
beforeAll(async () => {
  bundle = await bundleWithSwitch();
  server = await startTestServer({ model, start: bundle.startServer });
  described = await readOperations(server);
});
afterAll(async () => {
  await server?.close();
  bundle?.remove();
});

/** What a stranger gets at while this condition is left out. */
async function without(condition: string | undefined): Promise<string[]> {
  globalThis.ownConditions.off = undefined;
  await sql(server.databaseUrl, `delete from "rateLimits"`);
  const ann = await signUp(server);
  const owner = { person: ann, mark: "canary-ann", belongings: await settleIn(ann, "canary-ann") };
  const bob = await signUp(server);
  globalThis.ownConditions.off = condition;
  return liveBeside(server, bob, owner, { described, shown, turns: isOfSummary(condition) ? TURNS : 1 });
}

it("row-level security stands behind every query whose own condition is gone", async () => {
  const seed = seedOf(3);
  const random = new Random(seed);
  const { conditions } = bundle;
  expect(conditions.length).toBeGreaterThan(40);
  const tried = conditions.map((name) => ({ name, at: random.next() })).sort((a, b) => a.at - b.at);
  const chosen = tried.slice(0, CONDITIONS).map(({ name }) => name);
  process.stdout.write(`conditions left out in turn (seed ${seed}):\n${chosen.map((name) => `  ${name}\n`).join("")}`);
  process.stdout.write(`functions without one:\n${bundle.without.map((name) => `  ${name}\n`).join("")}`);

  expect(await without(undefined)).toEqual([]);
  const breaches: string[] = [];
  for (const name of chosen) {
    const found = await without(name);
    breaches.push(...found.map((breach) => `${name}: ${breach}`));
    for (const breach of found) process.stdout.write(`BREACH without ${name}: ${breach.slice(0, 300)}\n`);
  }
  const { reached } = globalThis.ownConditions;
  const unreached = chosen.filter((name) => !reached.has(name));

  const what = `row-level security alone, ${chosen.length} of ${conditions.length} conditions on the user left out in turn`;
  tell(row(`${what}: breaches`, { value: breaches.length, unit: "" }, { at: "most", limit: 0 }));
  expect(breaches).toEqual([]);
  expect(unreached).toEqual([]);
});

/** The proof of the proof: what the conditions hold back by themselves. Afterwards there is no row-level security. */
it.runIf(long)("without row-level security the loss of most conditions is seen", async () => {
  for (const table of await userTables(server.databaseUrl)) {
    await sql(server.databaseUrl, `alter table "${table}" disable row level security`);
  }
  const { conditions } = bundle;
  let seen = 0;
  for (const name of conditions) {
    if ((await without(name)).length > 0) seen++;
    else process.stdout.write(`without row-level security nothing was seen of: ${name}\n`);
  }
  const what = "the same without row-level security: conditions whose loss is seen";
  tell(row(what, { value: seen, unit: `of ${conditions.length}` }));
  // Many stand behind another one that is asked first.
  expect(seen).toBeGreaterThan(conditions.length / 3);
});
