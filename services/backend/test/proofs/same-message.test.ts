import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import { long, row, tell } from "../../../../test/support/figures.ts";
import { closeAfterTest, createTestDatabase, readAnswer, signUp, sql, startTestServer } from "../_harness.ts";

const TRIALS = long ? 200 : 5;
const SENDS = 100;
/** Of streams a user has 20 on a replica; a further one would send the oldest away. */
const REPLICAS = 5;

it("makes one message, one run and one answer of a message that is sent a hundred times at once", async () => {
  const databaseUrl = await createTestDatabase();
  const servers = await Promise.all(Array.from({ length: REPLICAS }, () => startTestServer({ databaseUrl })));
  for (const server of servers) closeAfterTest(server);
  const [first] = servers;
  if (!first) throw new Error("no server");

  let unequal = 0;
  for (let trial = 1; trial <= TRIALS; trial++) {
    // A user may send as many in a minute.
    const ann = await signUp(first);
    const conversation = await ann.conversation();
    const id = randomUUID();
    const sends = Array.from({ length: SENDS }, (_, i) => ann.on(servers[i % servers.length] ?? first));
    const answers = await Promise.all(
      sends.map(async (person) => readAnswer(await person.send(conversation, `add "Loaf ${trial}"`, id))),
    );
    unequal += answers.filter(({ parts }) => !isDeepStrictEqual(parts, answers[0]?.parts)).length;
    expect(answers.every(({ done }) => done)).toBe(true);
    const [messages, runs] = await Promise.all(
      ["messages", "runs"].map((table) =>
        sql<{ count: string }>(databaseUrl, `select count(*) from ${table} where "conversationId" = $1`, [
          conversation,
        ]),
      ),
    );
    // The message and its answer.
    expect(messages).toEqual([{ count: "2" }]);
    expect(runs).toEqual([{ count: "1" }]);
    const done = await sql<{ count: string }>(databaseUrl, `select count(*) from tasks where title = $1`, [
      `Loaf ${trial}`,
    ]);
    expect(done).toEqual([{ count: "1" }]);
    if (long && trial % 20 === 0) process.stdout.write(`${trial} of ${TRIALS} messages\n`);
  }
  expect(unequal).toBe(0);
  const what = `one message sent ${SENDS} times at once to ${REPLICAS} replicas, ${TRIALS} messages: answers that differ`;
  tell(row(what, { value: unequal, unit: "" }, { at: "most", limit: 0 }));
});
