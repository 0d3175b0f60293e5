import { expect, it } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { closeAfterTest, signUp, startTestServer } from "./_harness.ts";

it("counts by route, without ids or words of anybody, and forgets streams that were only asked for", async () => {
  const server = await startTestServer();
  closeAfterTest(server);
  const ann = await signUp(server);
  const id = await ann.conversation();
  await ann.say(id, "add a task to feed the canary-55");
  await ann.request("GET", "/api/tasks?q=canary-55");
  await ann.request("GET", "/canary-55/nowhere");
  await ann.request("HEAD", "/api/events");
  const text = await eventually("the stream is over", async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return metrics.includes("open_streams 0") && metrics;
  });
  expect(text).toContain('route="/api/conversations/:id/messages",status="200"');
  expect(text).toContain('assistant_runs_total{outcome="done"} 1');
  for (const word of [id, ann.userId, ann.email, "canary-55"]) expect(text).not.toContain(word);
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  for (const line of text.split("\n").filter((found) => found !== "")) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? (\S+))$/);
  }
});
