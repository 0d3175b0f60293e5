import { randomUUID } from "node:crypto";
import type { Conversation, Task } from "@todo/contract";
import { type Ask, askFor } from "./fake-model.ts";
import type { Read, Sent, Session } from "./reader.ts";

export type User = Session & { userId: string };

/** One message, what it asks for, and what each of its readers got to see. */
export type Operation = Sent & { user: User; ask: Ask; reads: Read[] };

/** Makes an account. */
export async function signUp(url: string): Promise<User> {
  const response = await fetch(`${url}/api/auth/sign-up/email`, {
    method: "POST",
    // As a browser does; the address is the one that a backend takes for its own when it is told none.
    headers: { "content-type": "application/json", origin: "http://localhost:3000" },
    body: JSON.stringify({ name: "Test", email: `${randomUUID()}@example.com`, password: "correct horse battery" }),
  });
  if (!response.ok) throw new Error(`sign-up: ${response.status} ${await response.text()}`);
  const { user } = (await response.json()) as { user: { id: string } };
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return { userId: user.id, cookie };
}

/** Makes a new conversation and the task that its message will be about. */
export async function prepare(url: string, user: User): Promise<Operation> {
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
