import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { PASSWORD } from "../../../../test/support/accounts.ts";
import { long, row, seedOf, tell } from "../../../../test/support/figures.ts";
import { tempFolder } from "../../../../test/support/temp-folder.ts";
import { needTool } from "../../../../test/support/tools.ts";
import { closeAfterTest, signUp, sql, startTestServer, type TestServer } from "../_harness.ts";
import { readOperations } from "../_openapi.ts";
import { makeProgram } from "../_program.ts";
import { settleIn, storyModel } from "../_two-people.ts";
import { schemathesis } from "./_schemathesis.ts";

const REQUESTS = long ? 50_000 : 20;
/** Of one run; there are as many as the requests take. */
const SECONDS = long ? 600 : 6;
const EXAMPLES = long ? 20 : 2;
/** As whom it asks, each beside the others. */
const SHARDS: Kind[] = long ? ["person", "person", "person", "person", "program", "program"] : ["person", "program"];
/** No further run is begun then. */
const MINUTES = 60;

type Kind = "person" | "program";

/** What the description can't say in JSON Schema: passwords that many have, cursors of this list, one's own password. */
const SETTINGS = `
hooks = ${JSON.stringify(fileURLToPath(new URL("_formats.py", import.meta.url)))}
continue-on-failure = true
request-timeout = 20.0
# A stream is open as long as its reader likes.
max-stream-events = 1

[[operations]]
include-path = ["/api/tasks", "/api/conversations", "/api/conversations/{id}/messages"]
include-method = "GET"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]

[[operations]]
include-path = ["/api/auth/sign-up/email", "/api/auth/change-password"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "422", "429"]

[[operations]]
include-path = "/api/auth/delete-user"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "429"]

# What was deleted is there again afterwards, as it should be.
[[operations]]
include-path = ["/api/changes/undo", "/api/tasks/restore", "/api/tasks/{id}/restore"]
phases.stateful.enabled = false

[[operations]]
include-path = "/mcp"
headers = { Accept = "application/json, text/event-stream" }
`;

/** Operations that can't succeed here: nobody knows the password by chance. */
const guarded = ["POST /api/auth/sign-in/email", "POST /api/auth/change-password", "POST /api/auth/delete-user"];

it("answers whatever is asked by its own description as that says", {
  timeout: 2 * MINUTES * 60_000,
}, async (context) => {
  const program = needTool(context, "schemathesis");
  const folder = tempFolder();
  const server = await startTestServer({ model: storyModel });
  closeAfterTest(server);
  // The limits are other tests' matter; here they would answer instead of the routes.
  const limitless = setInterval(() => void sql(server.databaseUrl, `delete from "rateLimits"`), 500);
  const seed = seedOf(20_261_125);
  const answers = new Map<string, number>();
  const failures: string[] = [];
  let requests = 0;

  const shard = async (kind: Kind, number: number) => {
    for (let round = 0; round === 0 || (requests < REQUESTS && failures.length === 0 && !isLate()); round++) {
      const found = await schemathesis({
        program,
        folder,
        name: `${kind}-${number}`,
        url: `${server.url}/openapi.json`,
        settings: SETTINGS + (kind === "person" ? await asPerson(server) : await asProgram(server)),
        seconds: SECONDS,
        seed: seed + 1_000 * number + round,
        examples: EXAMPLES,
        tags: kind === "person" ? [] : ["Tasks", "MCP"],
      });
      requests += found.requests;
      failures.push(...found.failures);
      for (const [name, count] of found.answers) answers.set(name, (answers.get(name) ?? 0) + count);
      if (long) process.stdout.write(`${requests} of ${REQUESTS} requests; ${found.failures.join("\n")}\n`);
    }
  };
  const began = performance.now();
  const isLate = () => performance.now() - began > MINUTES * 60_000;
  try {
    await Promise.all(SHARDS.map(shard));
  } finally {
    clearInterval(limitless);
  }

  expect(failures.join("\n"), `with SEED=${seed}`).toBe("");
  const faults = [...answers].filter(([name]) => / (5\d\d|none)$/.test(name));
  expect(faults).toEqual([]);
  const { served, faulty } = await countServed(server);
  // It also asks for what is no case of its own: the description, sessions.
  expect(served).toBeGreaterThanOrEqual(requests);
  expect(faulty).toEqual([]);
  expect(requests).toBeGreaterThanOrEqual(REQUESTS);
  const names = (await readOperations(server)).map(({ method, path }) => `${method} ${path}`);
  const never = names.filter((name) => ![...answers.keys()].some((each) => each.startsWith(`${name} `)));
  if (long) {
    expect(never).toEqual([]);
    const refused = names.filter((name) => ![...answers.keys()].some((each) => each.startsWith(`${name} 2`)));
    expect(refused.filter((name) => !guarded.includes(name))).toEqual([]);
  }
  tell(
    row(
      "schemathesis, all phases and checks: requests",
      { value: requests, unit: "" },
      { at: "least", limit: REQUESTS },
    ),
    row("of them answered with 5xx", { value: faults.length, unit: "" }, { at: "most", limit: 0 }),
    row("of them answered otherwise than described", { value: failures.length, unit: "" }, { at: "most", limit: 0 }),
  );
});

/** Somebody with something of everything, who signs in anew whenever the session has ended. */
async function asPerson(server: TestServer): Promise<string> {
  const person = await signUp(server);
  await settleIn(person);
  return `
[auth.dynamic.openapi.session]
path = "/api/auth/sign-in/email"
payload = { email = ${JSON.stringify(person.email)}, password = ${JSON.stringify(PASSWORD)} }
extract_from = "cookie"
extract_selector = "todo.session_token"
retry_on = [401]
`;
}

async function asProgram(server: TestServer): Promise<string> {
  const person = await signUp(server);
  await settleIn(person);
  const { token } = await makeProgram(person);
  return `
# Of many deletions within a minute the later ones wait for their user (202): what they name is still there.
[[operations]]
include-path = "/api/tasks/{id}"
checks.use_after_free.enabled = false

[auth.openapi.token]
bearer = ${JSON.stringify(token)}
`;
}

/** What the server itself has counted: its requests, and those that it could not answer. */
async function countServed(server: TestServer): Promise<{ served: number; faulty: string[] }> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const lines = metrics.split("\n").filter((line) => line.startsWith("http_request_duration_seconds_count{"));
  const served = lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  return { served, faulty: lines.filter((line) => line.includes('status="5')) };
}
