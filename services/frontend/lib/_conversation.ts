import type { Conversation, Message, Run } from "@todo/contract";

/** Test helper: a conversation with some fields set. */
export function conversation(fields: Partial<Conversation> = {}): Conversation {
  return {
    id: "c",
    title: "Groceries",
    createdAt: "2026-11-23T10:00:00.000Z",
    updatedAt: "2026-11-23T10:00:00.000Z",
    run: null,
    ...fields,
  };
}

/** Test helper: the run of a conversation, which answers the message `u` with the message `a`. */
export function run(status: Run["status"], fields: Partial<Run> = {}): Run {
  return { id: "r", conversationId: "c", messageId: "u", answerId: "a", status, ...fields };
}

/** Test helper: a stored message. */
export function message(id: string, fields: Partial<Message> = {}): Message {
  return {
    id,
    role: "user",
    parts: [],
    status: "complete",
    runId: null,
    createdAt: "2026-11-23T10:00:00.000Z",
    ...fields,
  };
}

/** Test helper: a stored answer in words. */
export function answer(id: string, text: string, fields: Partial<Message> = {}): Message {
  return message(id, { role: "assistant", parts: [{ type: "text", text, state: "done" }], ...fields });
}
