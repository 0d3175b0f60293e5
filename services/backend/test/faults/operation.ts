import { randomUUID } from "node:crypto";
import type { Conversation, Task } from "@todo/contract";
import type { Session } from "../../../../test/support/accounts.ts";
import { type Ask, askFor } from "./asks.ts";
import type { Read, Sent } from "./reader.ts";

/** One message, what it asks for, and what each of its readers got to see. */
export type Operation = Sent & { user: Session; ask: Ask; reads: Read[] };

/** Makes a new conversation and the task that its message will be about. */
export async function prepare(url: string, user: Session): Promise<Operation> {
  const token = `job-${randomUUID().slice(0, 8)}`;
  const task = await post<Task>(`${url}/api/tasks`, user, { title: `${token} given` });
  const conversation = await post<Conversation>(`${url}/api/conversations`, user, {});
  const ask = { token, number: task.number };
  return { user, ask, conversationId: conversation.id, messageId: randomUUID(), text: askFor(ask), reads: [] };
}

/** Reads JSON; fails unless it is there. */
export async function get<T>(url: string, { cookie }: Session): Promise<T> {
  return expectJson(url, await fetch(url, { headers: { cookie } }));
}

async function post<T>(url: string, { cookie }: Session, body: object): Promise<T> {
  const headers = { cookie, "content-type": "application/json" };
  return expectJson(url, await fetch(url, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function expectJson<T>(url: string, response: Response): Promise<T> {
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
