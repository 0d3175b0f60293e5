import type { MessagePart } from "@todo/contract";
import type { Generated, JSONColumnType } from "kysely";

export type ConversationsTable = {
  id: string;
  userId: string;
  title: string;
  /** Once the user has named it, no title is made for it any more. */
  titledByUser: Generated<boolean>;
  /** What happened in the turns that no longer fit into the model's context, one line each. */
  summary: Generated<string>;
  /** Place of the newest message that `summary` tells of. */
  summarizedThrough: Generated<number>;
  nextMessageSeq: Generated<number>;
  createdAt: Date;
  updatedAt: Date;
};

export type MessagesTable = {
  id: string;
  conversationId: string;
  userId: string;
  /** Place in its conversation, from 1. */
  seq: number;
  role: "user" | "assistant";
  parts: JSONColumnType<MessagePart[]>;
  /** The texts of `parts`, for the search. */
  text: string;
  status: "complete" | "waiting" | "stopped" | "failed";
  runId: string | null;
  createdAt: Date;
};
