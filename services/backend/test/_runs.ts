import type { Model } from "@openai/agents";
import { type Chunk, emptyAnswer, foldChunk, type MessagePart, type Run } from "@todo/contract";
import { eventually } from "../../../test/support/eventually.ts";
import type { RunRow } from "../src/db/queries/runs.ts";
import { closeAfterTest, type Person, sql, startTestServer, type TestServer } from "./_harness.ts";
import { gate } from "./_models.ts";

/** Gates for models: one that stays shut, one that is open. */
export const never = gate();
export const opened = gate();
opened.open();

/** True once an answer says something. */
export function begun(chunks: readonly Chunk[]): boolean {
  return chunks.some((chunk) => chunk.type === "text-delta");
}

/** A server with this model, closed after the test. */
export async function serve(model: Model, databaseUrl?: string): Promise<TestServer> {
  const server = await startTestServer({ model, ...(databaseUrl && { databaseUrl }) });
  closeAfterTest(server);
  return server;
}

/** Asks for the stream of the running answer. */
export function watch(person: Person, conversationId: string, lastId?: string): Promise<Response> {
  const headers: Record<string, string> = lastId === undefined ? {} : { "last-event-id": lastId };
  return person.request("GET", `/api/conversations/${conversationId}/stream`, undefined, { headers });
}

/** The conversation's run as the table has it. */
export async function runRow({ databaseUrl }: TestServer, conversationId: string): Promise<RunRow> {
  const [run] = await sql<RunRow>(databaseUrl, `select * from "runs" where "conversationId" = $1`, [conversationId]);
  if (!run) throw new Error("a conversation without a run");
  return run;
}

/** Waits until the conversation's run has a status. */
export async function runIs(person: Person, conversationId: string, status: Run["status"]): Promise<Run> {
  return eventually(`a run that is ${status}`, async () => {
    const { run } = await person.json<{ run: Run | null }>("GET", `/api/conversations/${conversationId}`);
    return run?.status === status && run;
  });
}

/** The value as it comes through JSON. */
export function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** What a reader of these chunks sees. */
export function fold(chunks: readonly Chunk[]): MessagePart[] {
  return chunks.reduce(foldChunk, emptyAnswer("")).parts;
}
