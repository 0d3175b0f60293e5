import type { Model } from "@openai/agents";
import type { Person, TestServer } from "./_harness.ts";
import { signUp, sql } from "./_harness.ts";
import { serve } from "./_runs.ts";

/** A person with so many tasks, on a server with this model. */
export async function withMany(count: number, model: Model): Promise<{ server: TestServer; ann: Person }> {
  const server = await serve(model);
  const ann = await signUp(server);
  await seedTasks(server.databaseUrl, ann, count);
  return { server, ann };
}

/** Gives a person that has none so many tasks, numbered from 1. */
export async function seedTasks(databaseUrl: string, person: Person, count: number): Promise<void> {
  await sql(
    databaseUrl,
    `with state as (
       insert into "userStates" ("userId", "nextTaskNumber") values ($1, $2::int + 1)
       on conflict ("userId") do update set "nextTaskNumber" = excluded."nextTaskNumber" returning 1
     )
     insert into tasks (id, "userId", number, title, notes, status, priority, tags, "createdAt", "updatedAt")
     select gen_random_uuid(), $1, n, 'Task ' || n, '', 'open', 'none', '{}', now(), now()
     from state, generate_series(1, $2::int) n`,
    [person.userId, count],
  );
}

/** Asks in words, and gives the conversation and the approval that the answer then waits for. */
export async function askApproval(ann: Person, words: string): Promise<{ id: string; approval: string }> {
  const id = await ann.conversation();
  const { chunks } = await ann.say(id, words);
  const asked = chunks.find((chunk) => chunk.type === "tool-approval-request");
  return { id, approval: asked?.type === "tool-approval-request" ? asked.approvalId : "" };
}
