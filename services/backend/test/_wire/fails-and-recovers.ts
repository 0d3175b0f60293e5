import { type MessagePart, type RunErrorCode, textOf } from "@todo/contract";
import { expect } from "vitest";
import { noticeFor } from "../../src/domain/notices.ts";
import type { Answer, Person } from "../_harness.ts";
import { API_KEY } from "./start-wired-server.ts";

/** Checks that an answer has failed visibly and truthfully: its end, what is stored, and what is told of the cause. */
export async function expectFailed(ann: Person, id: string, answer: Answer, code: RunErrorCode): Promise<void> {
  const notice = noticeFor(code);
  expect(answer.chunks.slice(-3)).toEqual([
    { type: "data-notice", data: notice },
    { type: "error", errorText: notice.message },
    { type: "finish", finishReason: "error" },
  ]);
  expect(answer.done).toBe(true);
  const messages = await ann.messages(id);
  expect(messages).toMatchObject([
    { role: "assistant", status: "failed" },
    { role: "user", status: "complete", parts: [{ type: "text", text: expect.stringMatching(/./) }] },
  ]);
  expect(messages[0]?.parts).toEqual(answer.parts);
  // Neither the key, nor the provider's words, nor where it is.
  const told = JSON.stringify([answer.chunks, messages]);
  for (const secret of [API_KEY, "sk-", "org-fake", "127.0.0.1", "api.openai.com"]) expect(told).not.toContain(secret);
}

/** Tries the newest answer again and reads it to its end. It must be the same answer, and whole now. */
export async function retry(ann: Person, id: string): Promise<Answer> {
  type Page = { items: { id: string; runId: string; parts: MessagePart[] }[] };
  const [failed, question] = (await ann.json<Page>("GET", `/api/conversations/${id}/messages?limit=100`)).items;
  await ann.json("POST", `/api/runs/${failed?.runId}/retry`, {});
  // The same message again watches its run from the start, even when that has ended meanwhile.
  const answer = await ann.say(id, textOf(question?.parts ?? []), question?.id);
  expect(answer.chunks[0]).toEqual({ type: "start", messageId: failed?.id });
  expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
  expect(answer.chunks.filter(({ type }) => type === "data-notice" || type === "error")).toEqual([]);
  const messages = await ann.messages(id);
  expect(messages).toMatchObject([
    { id: failed?.id, role: "assistant", status: "complete" },
    { role: "user", status: "complete" },
  ]);
  expect(messages[0]?.parts).toEqual(JSON.parse(JSON.stringify(answer.parts)));
  return answer;
}
