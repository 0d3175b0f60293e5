import type { Model, ModelRequest } from "@openai/agents";
import { expect, it } from "vitest";
import { long, row, seedOf, tell } from "../../../../test/support/figures.ts";
import { says, whole } from "../_answering.ts";
import {
  asAssistant,
  closeAfterTest,
  createTestDatabase,
  type Person,
  signUp,
  sql,
  startTestServer,
} from "../_harness.ts";
import { Random } from "../_random.ts";

const REPLICAS = 3;
const USERS = 4;
const USER_LIMIT = long ? 1_000_000 : 120_000;
/** Less than all users may use one by one. */
const LIMIT = USERS * USER_LIMIT * 0.75;
const MESSAGES = long ? 1_500 : 60;
/** Answers of one user at once. */
const AT_ONCE = 3;

const seed = seedOf(5);

/** A model that uses as much as it can of what it was asked with, and counts it by user. Some of its answers break off. */
function spendthrift(random: Random) {
  const used = new Map<string, number>();
  const model: Model = {
    getResponse: () => Promise.reject(new Error("only streamed here")),
    async *getStreamedResponse(request: ModelRequest) {
      const { systemInstructions, input, tools } = request;
      const user = /user-\d+/.exec(JSON.stringify(input))?.[0] ?? "";
      const spend = (tokens: number) => used.set(user, (used.get(user) ?? 0) + tokens);
      // A token has one byte at least, and what is sent around the words is not counted as such.
      const inputTokens = Buffer.byteLength(JSON.stringify([systemInstructions, input, tools]));
      if (random.chance(0.1)) throw new Error("refused before it cost anything");
      spend(inputTokens);
      const most = random.int(1, random.chance(0.1) ? 150_000 : 3_000);
      const piece = "x".repeat(500);
      let said = 0;
      yield { type: "response_started" };
      while (said < most) {
        spend(piece.length);
        said += piece.length;
        yield { type: "output_text_delta", delta: piece };
        if (random.chance(0.01)) throw new Error("broken off");
      }
      const done = whole(says("x".repeat(said)));
      if (done.type === "response_done") Object.assign(done.response.usage, { inputTokens, outputTokens: said });
      yield done;
    },
  };
  return { model, used };
}

it("no user, and not all together, use more tokens than they may, however many ask at once", async () => {
  const { model, used } = spendthrift(new Random(seed));
  const databaseUrl = await createTestDatabase();
  const settings = { DAILY_USER_TOKENS: `${USER_LIMIT}`, DAILY_TOKENS: `${LIMIT}` };
  const servers = await Promise.all(
    Array.from({ length: REPLICAS }, () =>
      startTestServer({ databaseUrl, settings, assistant: asAssistant(model, { costs: true }) }),
    ),
  );
  for (const server of servers) closeAfterTest(server);
  const [first] = servers;
  if (!first) throw new Error("no server");
  const people: Person[] = [];
  for (let i = 0; i < USERS; i++) people.push(await signUp(first));
  let [sent, refused] = [0, 0];
  const talk = async (person: Person, i: number, lane: number) => {
    while (sent < MESSAGES) {
      const there = person.on(servers[sent++ % REPLICAS] ?? first);
      if (sent % 50 === 0) await sql(databaseUrl, `update "userStates" set "messageCount" = 0`);
      const { chunks } = await there.say(await there.conversation(), `user-${i} lane ${lane}`);
      if (chunks.some((chunk) => chunk.type === "data-notice" && chunk.data.code === "token_limit")) refused++;
    }
  };
  await Promise.all(people.flatMap((person, i) => Array.from({ length: AT_ONCE }, (_, lane) => talk(person, i, lane))));
  const byUser = [...used.values()];
  const total = byUser.reduce((sum, each) => sum + each, 0);
  const over = Math.max(0, total - LIMIT, ...byUser.map((each) => each - USER_LIMIT));
  const what = `${sent} messages of ${USERS} users at ${REPLICAS} replicas, ${AT_ONCE} answers each at once (seed ${seed})`;
  tell(
    row(`${what}: tokens beyond a day's limit`, { value: over, unit: "" }, { at: "most", limit: 0 }),
    row("share of the limit that could be used", { value: (100 * total) / LIMIT, unit: "%" }),
    row("answers refused for it", { value: refused, unit: "" }),
  );
  expect(over).toBe(0);
  expect(total).toBeGreaterThan(LIMIT / 4);
  expect(refused).toBeGreaterThan(0);
});
