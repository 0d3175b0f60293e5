import { randomUUID } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { long, row, seedOf, tell } from "../../../../test/support/figures.ts";
import { postAccount } from "../_accounts.ts";
import { signUp, sql, startTestServer, type TestServer } from "../_harness.ts";
import { Random } from "../_random.ts";

const PAIRS = long ? 1_000 : 15;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  return server.close;
});

/** Tries a wrong password. What comes back, all but the request's own number, and after how many milliseconds. */
async function trySignIn(email: string): Promise<{ answer: string; ms: number }> {
  const began = performance.now();
  const response = await postAccount(server, "sign-in/email", { email, password: "wrong password" });
  const body = await response.text();
  const ms = performance.now() - began;
  const headers = [...response.headers].filter(([name]) => name !== "date" && name !== "x-request-id");
  return { answer: `${response.status} ${JSON.stringify(headers)} ${body.replace(/"requestId":"[^"]*"/, "")}`, ms };
}

/** How likely one of `a` is slower than one of `b`: 0.5 when nobody can tell them apart. */
function areaUnderCurve(a: readonly number[], b: readonly number[]): number {
  const wins = a.map((x) => b.reduce((sum, y) => sum + (Math.sign(x - y) + 1) / 2, 0));
  return wins.reduce((sum, each) => sum + each, 0) / (a.length * b.length);
}

it("signing in tells nobody whether an address has an account, in words or by the time it takes", async () => {
  const seed = seedOf(7);
  const random = new Random(seed);
  const { email } = await signUp(server);
  const times = { known: [] as number[], unknown: [] as number[] };
  const answers = new Set<string>();
  for (let pair = -2; pair < PAIRS; pair++) {
    const kinds = random.chance(0.5) ? (["known", "unknown"] as const) : (["unknown", "known"] as const);
    for (const kind of kinds) {
      // What is limited is answered alike too, but would not be looked at.
      await sql(server.databaseUrl, `delete from "rateLimits"`);
      const { answer, ms } = await trySignIn(kind === "known" ? email : `${randomUUID()}@example.com`);
      answers.add(answer);
      if (pair >= 0) times[kind].push(ms);
    }
  }
  tell(
    row(
      `sign-in with known and unknown addresses, ${PAIRS} pairs (seed ${seed}): different answers`,
      { value: answers.size, unit: "" },
      { at: "most", limit: 1 },
    ),
    row("the same: how far the times tell them apart (0.5: not at all, 1: always)", {
      value: areaUnderCurve(times.known, times.unknown),
      unit: "AUC",
      digits: 3,
    }),
  );
  expect([...answers]).toHaveLength(1);
  expect([...answers][0]).toMatch(/^401 /);
});
