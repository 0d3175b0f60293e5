import type { Model } from "@openai/agents";
import { assistantMessage, functionCall, ScriptedModel } from "@openai/agents/testing";
import { textOf } from "@todo/contract";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { claimRuns } from "../src/db/queries/runs.ts";
import { closeAfterTest, createTestDatabase, readAnswer, signUp, sql, startTestServer } from "./_harness.ts";
import { gate, slowText } from "./_models.ts";
import { startRelay } from "./_relay.ts";
import { begun, never, runRow, serve } from "./_runs.ts";

const blank = { notes: null, priority: null, tags: null, due: null };

describe("a database that is away in the middle of an answer", () => {
  it("leaves the call of a tool for later, which is then made once", async () => {
    const model = new ScriptedModel([
      [functionCall("add_tasks", { tasks: [{ ...blank, title: "milk" }] }, { callId: "call-1" })],
      [assistantMessage("Added.")],
    ]);
    const server = await serve(model);
    const ann = await signUp(server);
    const id = await ann.conversation();
    await sql(
      server.databaseUrl,
      `create function away() returns trigger language plpgsql as $$ begin
         raise exception 'terminating connection due to administrator command' using errcode = '57P01';
       end $$`,
    );
    await sql(server.databaseUrl, `create trigger away before insert on "toolEffects" execute function away()`);
    const response = await ann.send(id, "milk");
    await eventually("the call has failed", async () => server.deps.worker.activeRuns === 0);
    expect(await runRow(server, id)).toMatchObject({ status: "running" });
    await sql(server.databaseUrl, `drop trigger away on "toolEffects"`);
    expect(textOf((await readAnswer(response)).parts)).toBe("Added.");
    expect((await ann.tasks()).map(({ title }) => title)).toEqual(["milk"]);
    expect(await runRow(server, id)).toMatchObject({ status: "done", crashes: 0 });
  });

  it("is no crash of its owner, however often", async () => {
    const relay = await startRelay(await createTestDatabase());
    onTestFinished(relay.close);
    // One for each time that the answer is asked for.
    const holds = Array.from({ length: 5 }, gate);
    let asked = 0;
    const model: Model = {
      getResponse: () => Promise.reject(new Error("streamed only")),
      getStreamedResponse: (request) =>
        slowText(["One ", "two."], holds[asked++] ?? never).getStreamedResponse(request),
    };
    const server = await startTestServer({ databaseUrl: relay.url, model });
    closeAfterTest(server);
    const ann = await signUp(server);
    const id = await ann.conversation();
    await readAnswer(await ann.send(id, "talk"), begun);
    for (const hold of holds.slice(0, 4)) {
      const { attempt } = await runRow(server, id);
      relay.refuse();
      hold.open();
      await eventually("the answer is left for later", async () => server.deps.worker.activeRuns === 0);
      await relay.restore();
      await eventually("it is taken up", async () => (await runRow(server, id)).attempt > attempt);
    }
    holds[4]?.open();
    await eventually("it is done", async () => (await runRow(server, id)).status === "done");
    expect(await runRow(server, id)).toMatchObject({ crashes: 0 });
  });
});

describe("claiming runs", () => {
  /** A run whose lease another owner has let lapse. */
  async function lapsed() {
    const server = await serve(slowText(["One ", "two."], never));
    const ann = await signUp(server);
    const id = await ann.conversation();
    await readAnswer(await ann.send(id, "count"), begun);
    await server.deps.worker.close();
    await sql(server.databaseUrl, `update runs set status = 'running', "leaseOwner" = 'other', "leaseUntil" = now()`);
    return { db: server.deps.db, databaseUrl: server.databaseUrl };
  }

  it("counts a lapsed lease as a crash of who had it, but not for one who could not see the database itself", async () => {
    const { db, databaseUrl } = await lapsed();
    expect(await claimRuns(db, "me", 10, { active: [], isBlind: true })).toMatchObject([{ crashes: 0 }]);
    await sql(databaseUrl, `update runs set "leaseOwner" = 'other', "leaseUntil" = now()`);
    expect(await claimRuns(db, "me", 10, { active: [], isBlind: false })).toMatchObject([{ crashes: 1 }]);
  });

  it("takes up an own run at once that it is not at work on, once whoever took it in would have begun", async () => {
    const { db, databaseUrl } = await lapsed();
    const [run] = await claimRuns(db, "me", 10, { active: [], isBlind: true });
    expect(run).toBeDefined();
    expect(await claimRuns(db, "me", 10, { active: [], isBlind: false })).toEqual([]);
    await sql(databaseUrl, `update runs set "leaseUntil" = now() + interval '1.5 s'`);
    expect(await claimRuns(db, "me", 10, { active: [run?.id ?? ""], isBlind: false })).toEqual([]);
    expect(await claimRuns(db, "other", 10, { active: [], isBlind: false })).toEqual([]);
    expect(await claimRuns(db, "me", 10, { active: [], isBlind: false })).toMatchObject([{ id: run?.id, crashes: 0 }]);
  });
});
