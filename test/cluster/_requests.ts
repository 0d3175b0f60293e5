import type { Task } from "@todo/contract";
import { type Session, signUp } from "../support/accounts.ts";
import { PAGE } from "./_cluster.ts";

/** Somebody with an account, a task and a conversation. */
export type Person = Session & { taskId: string; conversationId: string };

/** One request and how it ended; `problem` is set when it failed. */
export type Outcome = { what: string; ms: number; problem?: string };

const PER_SECOND = 50;
const TIMEOUT_MS = 10_000;
const TICK_MS = 5;

/** Makes an account with a task and a conversation through the page. */
export async function newPerson(): Promise<Person> {
  const session = await signUp(PAGE, { origin: PAGE });
  const task = (await (await ask(session, "POST", "/api/tasks", { title: "Something" })).json()) as Task;
  const conversation = await ask(session, "POST", "/api/conversations", {});
  const { id } = (await conversation.json()) as { id: string };
  return { ...session, taskId: task.id, conversationId: id };
}

/** Asks the page's address as the browser of somebody would. */
export function ask({ cookie }: Session, method: string, path: string, body?: object): Promise<Response> {
  return fetch(PAGE + path, {
    method,
    headers: { cookie, origin: PAGE, ...(body && { "content-type": "application/json" }) },
    body: body ? JSON.stringify(body) : null,
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

/** What people do, one after the other: reading tasks, changing them, adding some, looking at the page. */
const ACTS: readonly ((person: Person, title: string) => Promise<Response>)[] = [
  (person) => ask(person, "GET", "/api/tasks?limit=20"),
  (person, title) => ask(person, "PATCH", `/api/tasks/${person.taskId}`, { title }),
  (person) => ask(person, "GET", `/api/tasks/${person.taskId}`),
  (person, title) => ask(person, "POST", "/api/tasks", { title }),
  (person) => ask(person, "GET", "/api/conversations"),
  (person) => ask(person, "GET", `/api/conversations/${person.conversationId}/messages`),
  (person) => ask(person, "GET", "/api/tasks?limit=20"),
  (person, title) => ask(person, "PATCH", `/api/tasks/${person.taskId}`, { title }),
  (person) => ask(person, "GET", "/chat"),
  (person) => ask(person, "GET", "/api/auth/get-session"),
];

/** Sends 50 requests a second, whether or not earlier ones are answered, until `stop`, which gives all outcomes. */
export function startRequests(people: readonly Person[]): { stop: () => Promise<Outcome[]> } {
  const began = performance.now();
  const outcomes: Promise<Outcome>[] = [];
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1_000) * PER_SECOND);
    while (outcomes.length < due) outcomes.push(send(people, outcomes.length));
  }, TICK_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return Promise.all(outcomes);
    },
  };
}

async function send(people: readonly Person[], number: number): Promise<Outcome> {
  const act = ACTS[number % ACTS.length];
  // Each person takes every part in turn.
  const person = people[Math.floor(number / ACTS.length) % people.length];
  if (!act || !person) throw new Error("nobody to ask for anything");
  const began = performance.now();
  const what = `${number % ACTS.length}`;
  try {
    const response = await act(person, `Title ${number}`);
    const text = await response.text();
    const ms = performance.now() - began;
    if (!response.ok) return { what, ms, problem: `${response.status}: ${text.slice(0, 200)}` };
    // The page itself answers 200 when it can only say that the backend is away.
    if (text.includes("be right back")) return { what, ms, problem: "the page said that the backend is away" };
    return { what, ms };
  } catch (error) {
    return {
      what,
      ms: performance.now() - began,
      problem: String(error instanceof Error ? (error.cause ?? error) : error),
    };
  }
}
