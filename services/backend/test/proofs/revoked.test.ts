import { expect, it } from "vitest";
import { PASSWORD } from "../../../../test/support/accounts.ts";
import { long, row, tell } from "../../../../test/support/figures.ts";
import { signInAgain } from "../_accounts.ts";
import { closeAfterTest, createTestDatabase, type Person, signUp, startTestServer } from "../_harness.ts";

const REPLICAS = 3;
const TRIALS = long ? 20 : 1;
/** Streams ask for their session at each beat. Long with the beat that the app has. */
const BEAT = long ? {} : { heartbeatMs: 300 };

/** Every way to end a session: by its owner in the same browser, and from another one. */
const ways: { what: string; end: (stolen: Person, own: Person) => Promise<Response> }[] = [
  { what: "signing out", end: (stolen) => stolen.request("POST", "/api/auth/sign-out", {}) },
  {
    what: "revoking it",
    async end(stolen, own) {
      const { session } = await stolen.json<{ session: { token: string } }>("GET", "/api/auth/get-session");
      return own.request("POST", "/api/auth/revoke-session", { token: session.token });
    },
  },
  { what: "revoking all others", end: (_stolen, own) => own.request("POST", "/api/auth/revoke-other-sessions", {}) },
  {
    what: "deleting the account",
    end: (_stolen, own) => own.request("POST", "/api/auth/delete-user", { password: PASSWORD }),
  },
];

it("a session that has ended is refused at once on every replica, and its streams are closed", async () => {
  const databaseUrl = await createTestDatabase();
  const servers = await Promise.all(Array.from({ length: REPLICAS }, () => startTestServer({ databaseUrl, ...BEAT })));
  for (const server of servers) closeAfterTest(server);
  const [first] = servers;
  if (!first) throw new Error("no server");
  let accepted = 0;
  let slowest = 0;
  const closings: number[] = [];
  for (let trial = 0; trial < TRIALS; trial++) {
    for (const { what, end } of ways) {
      const own = await signUp(first);
      const stolen = await signInAgain(first, own);
      const streams = await Promise.all(servers.map((server) => stolen.on(server).request("GET", "/api/events")));
      expect(streams.map(({ status }) => status)).toEqual(servers.map(() => 200));
      const ended = await end(stolen, own);
      expect([what, ended.status]).toEqual([what, 200]);
      const at = performance.now();
      const answers = await Promise.all(
        servers.flatMap((server) =>
          ["/api/tasks", "/api/events"].map((path) => stolen.on(server).request("GET", path)),
        ),
      );
      slowest = Math.max(slowest, performance.now() - at);
      accepted += answers.filter(({ status }) => status !== 401).length;
      await Promise.all(streams.map((stream) => stream.text()));
      closings.push(performance.now() - at);
    }
  }
  const what = `${TRIALS * ways.length} sessions ended in ${ways.length} ways, ${REPLICAS} replicas`;
  tell(
    row(`${what}: requests answered afterwards`, { value: accepted, unit: "" }, { at: "most", limit: 0 }),
    row("the last refusal after", { value: slowest, unit: "ms" }, long ? { at: "most", limit: 1_000 } : undefined),
    row(
      "its last event stream closed after",
      { value: Math.max(...closings) / 1_000, unit: "s", digits: 1 },
      long ? { at: "most", limit: 10.5 } : undefined,
    ),
  );
  expect(accepted).toBe(0);
});
