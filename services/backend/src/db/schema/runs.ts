import type { ApprovalDescriptor, Chunk, RunStatus, ToolOutput } from "@todo/contract";
import type { Generated, JSONColumnType } from "kysely";

/** One answer of the assistant, from the question's commit to the answer's. HTTP only watches it. */
export type RunsTable = {
  id: string;
  conversationId: string;
  userId: string;
  messageId: string;
  answerId: string;
  status: RunStatus;
  timeZone: string;
  /** Grows with each claim: the fence that keeps an earlier owner, perhaps only paused, from writing. */
  attempt: Generated<number>;
  /** Owners that died on it, as far as is known; hand-backs do not count. */
  crashes: Generated<number>;
  leaseOwner: string | null;
  leaseUntil: Date | null;
  stopRequested: Generated<boolean>;
  /** Seq of the newest chunk in its log. */
  chunkSeq: Generated<number>;
  /** Task changes made so far, against the limit. */
  changes: Generated<number>;
  createdAt: Date;
  finishedAt: Date | null;
  /** Ended for good without its whole log having been looked at. */
  sealed: Generated<boolean>;
};

/** What the model answered in each turn, written before any of its tools may run. */
export type RunJournalTable = {
  runId: string;
  userId: string;
  /** From 1. */
  turn: number;
  response: JSONColumnType<JournaledResponse>;
};

/** The part of the SDK's `ModelResponse` that a replay needs: its output items, its usage and its id. */
export type JournaledResponse = {
  id: string;
  usage: { inputTokens: number; outputTokens: number; totalTokens: number };
  output: Record<string, unknown>[];
};

/** The log that streams are read from. Append only while the run lives. */
export type RunChunksTable = {
  runId: string;
  userId: string;
  seq: number;
  attempt: number;
  chunk: JSONColumnType<Chunk>;
};

/** What a tool call did. Its unique key makes a second try of the same call give the first one's result. */
export type ToolEffectsTable = {
  runId: string;
  callId: string;
  userId: string;
  tool: string;
  result: JSONColumnType<ToolOutput>;
  /** How many tasks it deleted. */
  deletes: Generated<number>;
  /** Set as long as only a part of it is done: the input that the rest is done with. */
  rest: JSONColumnType<Record<string, unknown>> | null;
  at: Date;
};

export type ApprovalsTable = {
  id: string;
  /** The run that waits; null when a call of REST or MCP was asked about, which the decision itself carries out. */
  runId: string | null;
  callId: string;
  userId: string;
  descriptor: JSONColumnType<ApprovalDescriptor>;
  /** All of its tasks, id and number each, where the descriptor lists not all. */
  tasks: JSONColumnType<[id: string, number: number][]> | null;
  status: "pending" | "approved" | "rejected";
  createdAt: Date;
  decidedAt: Date | null;
  /** Of such a call: what it was called with, by which token, and the zone that its words are meant in. */
  input: JSONColumnType<Record<string, unknown>> | null;
  tokenId: string | null;
  timeZone: string | null;
  /** How many of its tasks are still to be done, when it is done in portions and one has been. */
  left: number | null;
  /** What deciding it has done, by now. */
  output: JSONColumnType<ToolOutput> | null;
};
