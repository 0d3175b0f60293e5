import { assistantMessage, ScriptedModel } from "@openai/agents/testing";
import { textOf } from "@todo/contract";
import { describe, expect, it } from "vitest";
import { signUp, sql } from "./_harness.ts";
import { slowText } from "./_models.ts";
import { opened, serve } from "./_runs.ts";

describe("a message whose transaction PostgreSQL has broken", () => {
  it("is taken in by another, and its model asked once", async () => {
    const model = new ScriptedModel([[assistantMessage("Hi.")], [assistantMessage("Hi again.")]]);
    const server = await serve(model);
    const ann = await signUp(server);
    const id = await ann.conversation();
    await sql(server.databaseUrl, `create sequence "commits"`);
    await sql(
      server.databaseUrl,
      `create function "breakFirst"() returns trigger language plpgsql security definer as $$ begin
         if nextval('"commits"') = 1 then raise exception 'broken' using errcode = 'deadlock_detected'; end if;
         return null;
       end $$`,
    );
    await sql(
      server.databaseUrl,
      `create constraint trigger "breakFirst" after insert on "runs" deferrable initially deferred
       for each row execute function "breakFirst"()`,
    );
    const answer = await ann.say(id, "hello");
    expect(textOf(answer.parts)).toBe("Hi.");
    expect(model.calls).toHaveLength(1);
    expect(await sql(server.databaseUrl, `select last_value::int from "commits"`)).toEqual([{ last_value: 2 }]);
    expect(await sql(server.databaseUrl, `select "status" from "runs"`)).toEqual([{ status: "done" }]);
    expect(await ann.messages(id)).toHaveLength(2);
  });
});

describe("messages", () => {
  it("are taken in 120 times a minute, and again in the next", async () => {
    const server = await serve(slowText(["Hi."], opened));
    const ann = await signUp(server);
    const id = await ann.conversation();
    const count = (messages: number, ends: string) =>
      sql(
        server.databaseUrl,
        `update "userStates" set "messageCount" = $1, "messageWindowEnds" = now() + $2::interval`,
        [messages, ends],
      );
    await count(119, "30 s");
    await ann.say(id, "the last that may be");
    const refused = await ann.send(id, "one too many");
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { code: "rate_limited" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await ann.messages(id)).toHaveLength(2);
    await count(120, "-1 s");
    await ann.say(id, "in the next minute");
    expect(await ann.messages(id)).toHaveLength(4);
  });
});
