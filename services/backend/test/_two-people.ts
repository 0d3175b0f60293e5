import { functionCall } from "@openai/agents/testing";
import type { ApprovalRequested } from "@todo/contract";
import { eventually } from "../../../test/support/eventually.ts";
import { type Asked, answering, type Output, says } from "./_answering.ts";
import { type Person, readAnswer, signUp } from "./_harness.ts";
import { makeProgram } from "./_program.ts";

/** Words that stand in whatever the first person has, and nowhere else. */
export const canary = "canary-7f3a";

/** A model that does what the stories of two people need, by the user's first word. */
export const storyModel = answering(tellStory);

export function tellStory({ said, turn }: Asked): Output {
  if (said.startsWith("add") && turn === 0) {
    const task = { title: said, notes: null, priority: null, tags: null, due: null };
    return [functionCall("add_tasks", { tasks: [task] }, { callId: "call-add" })];
  }
  if (said.startsWith("delete") && turn === 0) {
    return [functionCall("delete_tasks", { tasks: null, all: "all" }, { callId: "call-delete" })];
  }
  if (said.startsWith("fail")) throw new Error("the model is gone");
  return says(`I heard: ${said}`);
}

/** Everything that one person can have, with the ids that another one must not be able to use. */
export type Belongings = {
  /** By the segment of a path that stands before the id. */
  ids: Record<string, string[]>;
  messageIds: string[];
  /** Of the session, and for a program. */
  token: string;
  apiToken: string;
};

/**
 * Fills an account: tasks (one deleted), a finished, a failed and a waiting run, messages, a session, a token for a program
 * and a call that it left waiting: so two approvals. `mark`: a word that stands in all of it.
 */
export async function settleIn(person: Person, mark = canary): Promise<Belongings> {
  const tasks = [];
  for (let i = 1; i <= 6; i++) {
    const due = { date: "2030-06-15", time: "09:00", zone: "Europe/Berlin" };
    const task = { title: `${mark} task ${i}`, notes: `${mark} notes`, tags: [`${mark}-tag`], due };
    tasks.push((await person.json<{ id: string }>("POST", "/api/tasks", task)).id);
  }
  await person.json("DELETE", `/api/tasks/${tasks[5]}`);
  const told = await person.conversation();
  await person.say(told, `add ${mark} hello`);
  await person.json("PATCH", `/api/conversations/${told}`, { title: `${mark} title` });
  const failed = await person.conversation();
  await readAnswer(await person.send(failed, `fail ${mark}`));
  const waiting = await person.conversation();
  const answer = await person.say(waiting, `delete ${mark}`);
  const approvals = answer.chunks.flatMap((chunk) =>
    chunk.type === "tool-approval-request" ? [chunk.approvalId] : [],
  );
  const program = await makeProgram(person, { name: `${mark} program` });
  const asked = await program.request("POST", "/api/tasks/delete", { tasks: [1, 2, 3, 4, 5] });
  approvals.push(((await asked.json()) as ApprovalRequested).approval.id);
  const conversations = [told, failed, waiting];
  const runs = await Promise.all(conversations.map((id) => endedRun(person, id)));
  const pages = await Promise.all(conversations.map((id) => person.messages(id)));
  const { session } = await person.json<{ session: { token: string } }>("GET", "/api/auth/get-session");
  return {
    ids: { tasks, conversations, runs, approvals, tokens: [program.id] },
    messageIds: pages.flat().map((message) => message.id),
    token: session.token,
    apiToken: program.token,
  };
}

async function endedRun(person: Person, conversationId: string): Promise<string> {
  type Found = { run: { id: string; status: string } | null };
  return eventually("a run that has come to rest", async () => {
    const { run } = await person.json<Found>("GET", `/api/conversations/${conversationId}`);
    return run !== null && run.status !== "running" && run.status !== "queued" && run.id;
  });
}

export async function twoPeople(server: { url: string }) {
  const ann = await signUp(server);
  const belongings = await settleIn(ann);
  return { ann, bob: await signUp(server), belongings };
}
