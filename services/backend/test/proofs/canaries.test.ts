import { expect, it, onTestFinished, vi } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { startFakeOpenAi } from "../../../../test/support/fake-openai/start-fake-openai.ts";
import { long, row, tell } from "../../../../test/support/figures.ts";
import { createLogger } from "../../src/logger.ts";
import { closeAfterTest, createTestDatabase, type Person, SECRET, signUp, sql, startTestServer } from "../_harness.ts";
import { startRelay } from "../_relay.ts";
import { API_KEY, wiredModel } from "../_wire/start-wired-server.ts";
import { type Canaries, live, type Made, makeCanaries, misbehave, provider } from "./_canaries.ts";

const ROUNDS = long ? 25 : 1;

/** A secret or a word of somebody's, by its kind. */
type Kinds = Record<string, string>;
/** Texts by where they were found. */
type Place = { where: string; texts: string[]; mayHold: string[] };

/** Everything that the process writes, at the fullest level. */
function capture() {
  const lines: string[] = [];
  for (const name of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, name).mockImplementation((...args: unknown[]) => void lines.push(args.map(String).join(" ")));
  }
  onTestFinished(() => void vi.restoreAllMocks());
  return { lines, log: createLogger("trace", { write: (line: string) => void lines.push(line) }) };
}

/** Each hit as "kind in place: the text around it". */
function hits(kinds: Kinds, places: readonly Place[]): string[] {
  return places.flatMap(({ where, texts, mayHold }) =>
    texts.flatMap((text) =>
      Object.entries(kinds).flatMap(([kind, value]) => {
        const at = mayHold.includes(kind) ? -1 : text.indexOf(value);
        return at < 0 ? [] : [`${kind} in ${where}: ${text.slice(Math.max(0, at - 120), at + value.length + 20)}`];
      }),
    ),
  );
}

/** Every row of every table, by table. */
async function everything(url: string): Promise<Map<string, string>> {
  const tables = await sql<{ name: string }>(
    url,
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const dumped = tables.map(async ({ name }): Promise<[string, string]> => {
    const rows = await sql<{ row: string }>(url, `select to_jsonb(t)::text as row from "${name}" t`);
    return [name, rows.map(({ row }) => row).join("\n")];
  });
  return new Map(await Promise.all(dumped));
}

/** What a stranger is answered who knows Ann's ids. */
async function askAsStranger(bob: Person, made: Made): Promise<string[]> {
  const asked: [string, string, unknown?][] = [
    ["GET", "/api/tasks"],
    ["GET", "/api/conversations"],
    ["POST", `/api/approvals/${made.approvalId}`, { decision: "approve" }],
    ["POST", "/api/auth/revoke-session", { token: made.sessionToken }],
    ["GET", "/api/tokens"],
  ];
  return Promise.all(asked.map(async ([method, path, body]) => (await bob.request(method, path, body)).text()));
}

const CREDENTIALS = ["password", "newPassword", "wrongPassword", "cookie", "device", "sessionToken", "apiToken"];
const OURS = ["signing secret", "database's password", "model's key"];

it("stand nowhere but where they must, whatever goes wrong", { timeout: 10 * 60_000 }, async () => {
  const { lines, log } = capture();
  const relay = await startRelay(await createTestDatabase());
  onTestFinished(relay.close);
  const fake = await startFakeOpenAi({ respond: [] });
  onTestFinished(fake.close);
  const server = await startTestServer({ databaseUrl: relay.url, log, assistant: wiredModel("chat", fake) });
  closeAfterTest(server);
  const health = async () => (await fetch(`${server.url}/api/health`)).text();
  let [kindsLookedFor, textsLookedAt] = [0, 0];

  for (let round = 1; round <= ROUNDS; round++) {
    const has: Canaries = makeCanaries();
    fake.respond(provider(has));
    const { ann, made } = await live(server, has);
    const bob = await signUp(server);
    const kinds: Kinds = {
      ...has,
      ...made,
      "signing secret": SECRET,
      "database's password": decodeURIComponent(new URL(relay.url).password),
      "model's key": API_KEY,
    };
    const words = Object.keys(kinds).filter((kind) => !CREDENTIALS.includes(kind) && !OURS.includes(kind));
    expect(Object.keys(kinds).length).toBeGreaterThanOrEqual(16);
    expect(Object.values(kinds).filter((value) => value.length < 8)).toEqual([]);

    const refused = await misbehave(ann, has, made);
    const broken = await withoutColumn(server.databaseUrl, async () => [
      await (await ann.request("POST", "/api/tasks", { title: has.title })).text(),
      await (await ann.request("GET", `/api/tasks?q=${has.title}`)).text(),
    ]);
    relay.refuse();
    const away = await Promise.all([
      ann.request("POST", "/api/tasks", { title: has.title }),
      ann.request("POST", "/api/auth/sign-in/email", { email: has.email, password: has.newPassword }),
      ann.send(crypto.randomUUID(), has.message),
    ]).then((answers) => Promise.all(answers.map((answer) => answer.text())));
    const unhealthy = await health();
    await relay.restore();
    await eventually("the database is back", async () => (await health()).includes('"ok"'));

    const database = await everything(server.databaseUrl);
    const bodies = fake.requests.map(({ body }) => JSON.stringify(body));
    // Sessions are found by their token; names and addresses of people stand with them alone.
    const own: Record<string, string[]> = { session: ["sessionToken"], user: ["name", "email"] };
    const places: Place[] = [
      { where: "the log", texts: lines, mayHold: [] },
      { where: "metrics", texts: [await (await fetch(`${server.url}/metrics`)).text()], mayHold: [] },
      { where: "the description", texts: [await (await fetch(`${server.url}/openapi.json`)).text()], mayHold: [] },
      { where: "health", texts: [unhealthy, await health()], mayHold: [] },
      { where: "a stranger's answers", texts: await askAsStranger(bob, made), mayHold: [] },
      // One's own words may come back to oneself.
      { where: "refusals", texts: refused, mayHold: words },
      { where: "failures", texts: [...broken, ...away], mayHold: [] },
      {
        where: "what the model is sent",
        texts: bodies,
        mayHold: words.filter((kind) => !["email", "name", "tokenName", "approvalId"].includes(kind)),
      },
      ...[...database].map(([table, text]) => ({
        where: `the table ${table}`,
        texts: [text],
        mayHold: own[table] ?? words.filter((kind) => kind !== "email" && kind !== "name"),
      })),
    ];
    expect(hits(kinds, places)).toEqual([]);

    // The canaries are alive: what may be somewhere is there.
    const all = [...database.values()].join("\n");
    for (const kind of words) expect([kind, all.includes(kinds[kind] ?? "")]).toEqual([kind, true]);
    expect(bodies.join("\n")).toContain(has.message);
    expect(hits({ planted: has.title }, [{ where: "here", texts: [`x${has.title}x`], mayHold: [] }])).toHaveLength(1);
    expect(lines.length).toBeGreaterThan(30);
    kindsLookedFor = Object.keys(kinds).length;
    textsLookedAt += places.reduce((sum, { texts }) => sum + texts.length, 0);
    lines.length = 0;
  }
  tell(
    row(
      `canaries of ${kindsLookedFor} kinds in ${textsLookedAt} texts (log, metrics, answers, tables): found`,
      { value: 0, unit: "" },
      { at: "most", limit: 0 },
    ),
  );
});

/** Does something while PostgreSQL has errors of its own to tell, with values in them. */
async function withoutColumn<T>(url: string, work: () => Promise<T>): Promise<T> {
  await sql(url, `alter table tasks rename column notes to gone`);
  try {
    return await work();
  } finally {
    await sql(url, `alter table tasks rename column gone to notes`);
  }
}
