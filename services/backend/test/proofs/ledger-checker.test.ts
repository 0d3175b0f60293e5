import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { expect, it, onTestFinished } from "vitest";
import { row, seedOf, tell } from "../../../../test/support/figures.ts";
import { createModel } from "../../src/agent/model.ts";
import { closeAfterTest, sql, startTestServer } from "../_harness.ts";
import { startModel } from "../faults/asks.ts";
import { createRandom } from "../faults/random.ts";
import { Client, type Person } from "../ledger/client.ts";
import type { Finding } from "../ledger/finding.ts";
import { History, readHistory } from "../ledger/history.ts";
import { enrol, examine } from "../ledger/keep.ts";
import { plant, type SeededBug, seededBugs, startLiar } from "../ledger/seeded-bugs.ts";

/** Enough for each bug to come about. */
const CHANGES = 12;
const MESSAGES = 2;

it("catches every bug that is seeded into the backend, and nothing where there is none", async () => {
  const model = await startModel({ deltaMs: 0 });
  onTestFinished(() => model.close());
  const server = await startTestServer({ assistant: createModel({ apiKey: "x", baseUrl: model.url, name: "fake" }) });
  closeAfterTest(server);
  const folder = mkdtempSync(path.join(tmpdir(), "todo-history-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const random = createRandom(seedOf(1));
  const db = new pg.Pool({ connectionString: server.databaseUrl, max: 2 });
  onTestFinished(() => db.end());

  const keep = async (person: Person, url: string, name: string) => {
    const history = new History(path.join(folder, name));
    const until = (count: number) => {
      const enough = new AbortController();
      const timer = setInterval(() => history.over >= count && enough.abort(), 5);
      return {
        person,
        urls: [url],
        history,
        random: random.fork(),
        stop: enough.signal,
        end: () => clearInterval(timer),
      };
    };
    const working = until(CHANGES);
    await new Client(working).work();
    working.end();
    // Each begins with a task to talk about.
    const talking = until(history.over + 2 * MESSAGES);
    await new Client(talking).talk();
    talking.end();
    await history.close();
    return readHistory(path.join(folder, name));
  };

  const find = async (bug: SeededBug | undefined, i: number): Promise<Finding[]> => {
    const person = await enrol(server.url);
    let { url } = server;
    if (bug && "lies" in bug) {
      const liar = await startLiar(server.url, bug.lies);
      onTestFinished(liar.close);
      ({ url } = liar);
    }
    for (const statement of bug ? plant(bug, `bug_${i}`, person.session.userId) : []) {
      await sql(server.databaseUrl, statement);
    }
    const { ops } = await keep(person, url, String(i));
    if (bug && "afterwards" in bug) await sql(server.databaseUrl, bug.afterwards, [person.session.userId]);
    return examine(db, server.url, [person], ops);
  };

  // All at once: each bug is one person's.
  const [clean, ...found] = await Promise.all([undefined, ...seededBugs].map(find));
  expect(clean).toEqual([]);
  const missed = seededBugs.flatMap((bug, i) => {
    const findings = found[i] ?? [];
    if (findings.some(({ kind }) => kind === bug.breaks)) return [];
    return [`${bug.what}: ${findings.map(({ kind, what }) => `${kind}, ${what}`).join("; ") || "nothing"}`];
  });
  const limit = seededBugs.length;
  const caught = { value: limit - missed.length, unit: "" };
  tell(row(`ledger: seeded bugs that its checker catches, of ${limit}`, caught, { at: "least", limit }));
  expect(missed).toEqual([]);
});
