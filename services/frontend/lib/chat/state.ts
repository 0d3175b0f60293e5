import type { Conversation, Message, Run } from "@todo/contract";
import type { AnswerState, MessagePart } from "@todo/contract/message";
import type { Draft } from "./drafts.ts";

/** idle: nothing goes on; sending: not accepted yet; answering: a run is being followed. */
export type Activity = "idle" | "sending" | "answering";

export type ChatState = {
  phase: "loading" | "ready" | "missing" | "failed";
  /** Oldest first, as they are shown. */
  messages: Message[];
  /** Where older messages begin; null when all are here. */
  olderCursor: string | null;
  /** The message that is on its way, or accepted and not yet read back. */
  pending: { id: string; text: string } | null;
  /** The answer as far as it has arrived. */
  answer: AnswerState | null;
  activity: Activity;
  reconnecting: boolean;
  stopping: boolean;
  /** What went wrong with the last thing the user did. */
  problem: string | null;
  draft: Draft;
};

/** One row of the message log. */
export type Row = {
  id: string;
  role: "user" | "assistant";
  parts: MessagePart[];
  status: Message["status"] | "sending" | "streaming";
  runId: string | null;
  createdAt: string | null;
};

/** Everything that the log shows, in order: what is stored, what was just sent, what is being answered. */
export function rowsOf(state: Pick<ChatState, "messages" | "pending" | "answer" | "activity">): Row[] {
  const { messages, pending, answer, activity } = state;
  const rows: Row[] = messages
    .filter((message) => message.id !== answer?.id)
    .map(({ id, role, parts, status, runId, createdAt }) => ({ id, role, parts, status, runId, createdAt }));
  if (pending !== null && !messages.some((message) => message.id === pending.id)) {
    const status = activity === "sending" ? "sending" : "complete";
    const parts: MessagePart[] = [{ type: "text", text: pending.text, state: "done" }];
    rows.push({ id: pending.id, role: "user", parts, status, runId: null, createdAt: null });
  }
  if (answer !== null) {
    rows.push({
      id: answer.id,
      role: "assistant",
      parts: answer.parts,
      status: activity === "answering" ? "streaming" : "complete",
      runId: messages.find((message) => message.id === answer.id)?.runId ?? null,
      createdAt: null,
    });
  }
  return rows;
}

/** The newest page read again: it replaces what it covers, older messages stay. */
export function mergeNewest(messages: Message[], newestFirst: Message[]): Message[] {
  const page = newestFirst.toReversed();
  const fresh = new Set(page.map((message) => message.id));
  return [...messages.filter((message) => !fresh.has(message.id)), ...page];
}

const finalStatus = { done: "complete", waiting: "waiting", stopped: "stopped", failed: "failed" } as const;

/** What the newest run of the conversation asks of us: follow it, read its answer, or nothing. */
export function stepFor(run: Run | null, messages: Message[]): "attach" | "refresh" | "none" {
  if (run === null) return "none";
  if (run.status === "queued" || run.status === "running") return "attach";
  const answer = messages.find((message) => message.id === run.answerId);
  return answer?.status === finalStatus[run.status] ? "none" : "refresh";
}

/** The run that can be stopped now, if there is one. */
export function activeRunOf(conversation: Conversation): Run | null {
  const { run } = conversation;
  return run !== null && ["queued", "running", "waiting"].includes(run.status) ? run : null;
}
