import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Conversation, MessagePart, Task, ToolOutput } from "@todo/contract";
import type { Session } from "../../../../test/support/accounts.ts";
import { askFor } from "../faults/asks.ts";
import type { Random } from "../faults/random.ts";
import { sendAndRead } from "../faults/reader.ts";
import { clock, type History, type Over, type Want } from "./history.ts";

/** How long an answer may take until a client takes it for lost, and how long it looks for the end of an answer. */
const REQUEST_MS = 5_000;
const READ_MS = 60_000;
/** What may be sent again with the same key without being done again: it says what is to be, not what is to happen. */
const REPEATABLE: readonly Want["write"][] = ["complete", "reopen", "delete", "restore"];
const TRIES = 3;
const PAUSE_MS = 200;
const MESSAGES_PER_CONVERSATION = 6;
/** How many tasks one call completes or opens again at most, and how many a client keeps in mind. */
const TOGETHER = 20;
const KNOWN = 60;

export type Person = {
  session: Session;
  /** In every text of this person, and of nobody else. */
  canary: string;
};

export type ClientOptions = {
  person: Person;
  /** Where the backends are. */
  urls: readonly string[];
  history: History;
  random: Random;
  /** Aborted when no new operation is to begin. */
  stop: AbortSignal;
  /** Milliseconds between two operations. */
  pauseMs?: number;
};

type KnownTask = { id: string; number: number; state: "open" | "done" | "deleted"; newest?: string | undefined };

/**
 * One who works on tasks of their own by REST, one operation after the other, and writes down what they wanted and what
 * they were told. No two clients change the same task, and what was sent twice is not the base of a later undo: a copy
 * of a request that a frozen backend does late must change nothing.
 */
export class Client {
  readonly #options: ClientOptions;
  readonly #tasks: KnownTask[] = [];
  #conversation: { id: string; left: number } | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Changes tasks until it is stopped. */
  async work(): Promise<void> {
    const { stop, random, pauseMs = 0 } = this.#options;
    while (!stop.aborted) {
      await this.#step(random.between(0, 100));
      if (pauseMs > 0) await sleep(random.between(0, 2 * pauseMs));
    }
  }

  /** Sends messages, each once the answer before is over, until it is stopped. */
  async talk(): Promise<void> {
    const { stop, random, pauseMs = 0 } = this.#options;
    while (!stop.aborted) {
      const task = this.#pick("open") ?? (await this.#add());
      if (!task) continue;
      await this.#message(task);
      if (pauseMs > 0) await sleep(random.between(0, 2 * pauseMs));
    }
  }

  async #step(dice: number): Promise<void> {
    const task = this.#pick("open");
    if (dice < 25 || !task) await this.#add();
    else if (dice < 70) await this.#setMany();
    else if (dice < 84) await this.#update(task);
    else if (dice < 92) await this.#delete(task);
    else if (dice < 95) await this.#restore();
    else await this.#undo();
  }

  async #add(): Promise<KnownTask | undefined> {
    const op = this.#newOp();
    const title = `${this.#options.person.canary} ${op}`;
    const { over, body } = await this.#do<Task>(op, { write: "add", title }, "POST", "/api/tasks", { title });
    if (over.type !== "ok" || !body) return undefined;
    const task: KnownTask = {
      id: body.id,
      number: body.number,
      state: "open",
      newest: over.tries === 1 ? op : undefined,
    };
    this.#tasks.push(task);
    // They need not know all they ever added.
    if (this.#tasks.length > KNOWN) this.#tasks.shift();
    return task;
  }

  async #update(task: KnownTask): Promise<void> {
    const op = this.#newOp();
    const notes = `${this.#options.person.canary} ${op}`;
    const want = { write: "update", taskId: task.id, notes } as const;
    const { over } = await this.#do(op, want, "PATCH", `/api/tasks/${task.id}`, { notes });
    this.#settle(task, over, task.state);
  }

  /** Completes some open tasks, or opens some done ones, whichever are more. */
  async #setMany(): Promise<void> {
    const those = (state: KnownTask["state"]) => this.#tasks.filter((task) => task.state === state);
    const [open, done] = [those("open"), those("done")];
    const [write, state] = open.length >= done.length ? (["complete", "done"] as const) : (["reopen", "open"] as const);
    const tasks = (write === "complete" ? open : done).slice(-TOGETHER);
    const taskIds = tasks.map(({ id }) => id);
    const op = this.#newOp();
    const { over } = await this.#do(op, { write, taskIds }, "POST", `/api/tasks/${write}`, { tasks: taskIds });
    for (const task of tasks) this.#settle(task, over, state, tasks.length === 1);
  }

  async #delete(task: KnownTask): Promise<void> {
    const want = { write: "delete", taskId: task.id } as const;
    const { over } = await this.#do(this.#newOp(), want, "DELETE", `/api/tasks/${task.id}`);
    this.#settle(task, over, "deleted");
  }

  async #restore(): Promise<void> {
    const task = this.#tasks.find(({ state, newest }) => state === "deleted" && newest !== undefined);
    if (!task) return;
    const want = { write: "restore", taskId: task.id } as const;
    const { over } = await this.#do(this.#newOp(), want, "POST", `/api/tasks/${task.id}/restore`);
    this.#settle(task, over, "open");
  }

  async #undo(): Promise<void> {
    const task = this.#tasks.findLast(({ newest }) => newest !== undefined);
    const call = task?.newest;
    if (!task || call === undefined) return;
    await this.#do(this.#newOp(), { write: "undo", call }, "POST", "/api/changes/undo", { call });
    // What it is like now depends on what was taken back; it is left alone from here on.
    this.#tasks.splice(this.#tasks.indexOf(task), 1);
  }

  /** Knows the task's state from here on, or leaves it alone where nobody does. */
  #settle(task: KnownTask, over: Over, state: KnownTask["state"], isAlone = true): void {
    const isKnown = over.type === "ok" && over.tries === 1;
    if (isKnown) Object.assign(task, { state, newest: isAlone ? over.op : undefined });
    else this.#tasks.splice(this.#tasks.indexOf(task), 1);
  }

  #pick(state: KnownTask["state"]): KnownTask | undefined {
    const fitting = this.#tasks.filter((task) => task.state === state);
    return fitting[this.#options.random.between(0, fitting.length)];
  }

  async #message(task: KnownTask): Promise<void> {
    const { person, urls, history, random } = this.#options;
    const conversationId = await this.#place();
    if (conversationId === undefined) return;
    const op = randomUUID();
    // The model completes it.
    task.state = "done";
    task.newest = undefined;
    const ask = { token: `${person.canary}-${op}`, number: task.number };
    const want = { write: "message", conversationId, ...ask } as const;
    await history.append({ type: "invoke", op, userId: person.session.userId, at: clock(), ...want });
    const first = random.between(0, urls.length);
    const order = urls.map((_, i) => urls[(first + i) % urls.length] ?? "");
    const sent = { conversationId, messageId: op, text: askFor(ask) };
    const options = { urls: order, deadlineMs: READ_MS };
    let read = await sendAndRead(person.session, sent, options);
    // What was given up after three crashes they let go on, as the notice offers; nothing may be done twice by that.
    for (let tries = 0; tries < TRIES && read.done && isGivenUp(read.parts.at(-1)); tries++) {
      if (!(await this.#tryAgain(conversationId))) break;
      history.triedAgain += 1;
      read = await sendAndRead(person.session, sent, options);
    }
    const wasRefused = read.refused !== undefined && read.connections === 1;
    const refused = wasRefused ? "fail" : "info";
    const type = read.done ? "ok" : refused;
    await history.append({
      type,
      op,
      at: clock(),
      tries: read.connections,
      ...(read.refused && { why: read.refused }),
    });
  }

  /** Gives whether an answer goes on that was given up. */
  async #tryAgain(conversationId: string): Promise<boolean> {
    const end = performance.now() + READ_MS;
    while (performance.now() < end) {
      const found = await this.#send("GET", `/api/conversations/${conversationId}`, undefined, randomUUID());
      const run =
        found.kind === "answered" && found.status === 200 ? (found.body as ConversationDetail).run : undefined;
      if (run && run.status !== "failed") return true;
      const path = `/api/runs/${run?.id}/retry`;
      const answer = run ? await this.#send("POST", path, undefined, randomUUID()) : undefined;
      if (answer?.kind === "answered" && answer.status < 300) return true;
      await sleep(PAUSE_MS);
    }
    return false;
  }

  /** The conversation that they are in; a new one every few messages. */
  async #place(): Promise<string | undefined> {
    if (this.#conversation && this.#conversation.left-- > 0) return this.#conversation.id;
    const answer = await this.#send("POST", "/api/conversations", {}, randomUUID());
    if (answer.kind !== "answered" || answer.status !== 201) {
      await sleep(PAUSE_MS);
      return undefined;
    }
    const { id } = answer.body as Conversation;
    this.#conversation = { id, left: MESSAGES_PER_CONVERSATION - 1 };
    return id;
  }

  #newOp(): string {
    return `op-${randomUUID()}`;
  }

  /** Notes what is wanted, sends it, again where that can't do it twice, and notes what came of it. */
  async #do<T = ToolOutput>(
    op: string,
    want: Want,
    method: string,
    path: string,
    body?: object,
  ): Promise<{ over: Over; body?: T }> {
    const { history, person } = this.#options;
    await history.append({ type: "invoke", op, userId: person.session.userId, at: clock(), ...want });
    let isUnknown = false;
    for (let tries = 1; ; ) {
      const answer = await this.#send(method, path, body, op);
      const end = async (over: Pick<Over, "type"> & Partial<Over>) => {
        const whole: Over = { op, at: clock(), tries, ...over };
        await history.append(whole);
        return whole;
      };
      if (answer.kind === "answered" && answer.status < 300) {
        const { id, changes } = answer.body as { id?: string; changes?: unknown[] };
        const more = { ...(want.write === "add" && id && { taskId: id }), ...(changes && { changes: changes.length }) };
        return { over: await end({ type: "ok", ...more }), body: answer.body as T };
      }
      if (answer.kind === "answered" && answer.status < 500) {
        // Refused, since an earlier try was done, perhaps.
        const why = `${answer.status} ${JSON.stringify(answer.body)}`;
        return { over: await end({ type: isUnknown ? "info" : "fail", why }) };
      }
      const wasSent = answer.kind !== "unsent";
      isUnknown ||= wasSent;
      if (this.#options.stop.aborted || (wasSent && (!REPEATABLE.includes(want.write) || tries >= TRIES))) {
        const why = answer.kind === "answered" ? String(answer.status) : answer.kind;
        await sleep(PAUSE_MS);
        return { over: await end({ type: isUnknown ? "info" : "fail", why }) };
      }
      if (wasSent) tries += 1;
      await sleep(PAUSE_MS);
    }
  }

  async #send(method: string, path: string, body: object | undefined, id: string): Promise<Answer> {
    const { urls, random, person } = this.#options;
    const url = urls[random.between(0, urls.length)] ?? "";
    try {
      const response = await fetch(url + path, {
        method,
        headers: {
          cookie: person.session.cookie,
          "x-request-id": id,
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      const text = await response.text();
      return { kind: "answered", status: response.status, body: JSON.parse(text) };
    } catch (error) {
      // Nobody listened, so nobody has it.
      const cause = error instanceof Error ? error.cause : undefined;
      const refused = cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
      return { kind: refused ? "unsent" : "unanswered" };
    }
  }
}

type ConversationDetail = { run: { id: string; status: string } | null };

/** Whether an answer ends with the offer to try again. */
function isGivenUp(part: MessagePart | undefined): boolean {
  return part?.type === "data-notice" && part.data.retry === true;
}

type Answer = { kind: "answered"; status: number; body: unknown } | { kind: "unsent" } | { kind: "unanswered" };
