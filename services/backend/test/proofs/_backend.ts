import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { freePort } from "../../../../scripts/local/ports.mjs";
import { createTestDatabase, readAnswer, signUp } from "../_harness.ts";
import { BackendProcess } from "../faults/backend-process.ts";
import { buildBackend } from "../faults/build.ts";

/** A built backend in a process of its own, as a pod has it, with the rule-based assistant; gone when the test ends. */
export async function startBackend(): Promise<{ url: string; databaseUrl: string }> {
  const databaseUrl = await createTestDatabase();
  const { dist, remove } = buildBackend();
  const backend = new BackendProcess({ dist, databaseUrl }, await freePort());
  onTestFinished(async () => {
    await backend.kill();
    remove();
  });
  await backend.start();
  return { url: backend.url, databaseUrl };
}

/** People who use the app all the time, and how long each of their requests took, in milliseconds. */
export class Others {
  readonly #people: (() => Promise<void>)[];
  readonly times: Record<"list" | "message", number[]> = { list: [], message: [] };
  #running = false;
  #done: Promise<unknown> = Promise.resolve();

  private constructor(people: (() => Promise<void>)[]) {
    this.#people = people;
  }

  /** So many people with a few tasks each, each of whom looks at the list and sends a message in every `everyMs`. */
  static async come(server: { url: string }, count: number, everyMs: number): Promise<Others> {
    const people: (() => Promise<void>)[] = [];
    const others: Others = new Others(people);
    for (let i = 0; i < count; i++) {
      const person = await signUp(server);
      let sent = 0;
      let conversation = await person.conversation();
      await person.say(conversation, "add milk tomorrow");
      people.push(async () => {
        await sleep(everyMs * Math.random());
        await timed(others.times.list, async () => {
          const response = await person.request("GET", "/api/tasks?limit=50");
          await response.text();
          if (!response.ok) throw new Error(`the list was answered ${response.status}`);
        });
        await sleep(everyMs * Math.random());
        if (++sent % 15 === 0) conversation = await person.conversation();
        await timed(others.times.message, async () => {
          const { done } = await readAnswer(await person.send(conversation, "show my tasks"));
          if (!done) throw new Error("an answer without an end");
        });
      });
    }
    return others;
  }

  /** They use the app while `work` is done, and for `atLeastMs`; gives what it took them, and how long `work` took. */
  async during<T>(work: () => Promise<T>, atLeastMs = 0) {
    this.times.list = [];
    this.times.message = [];
    this.#running = true;
    this.#done = Promise.all(this.#people.map((go) => this.#again(go)));
    const began = performance.now();
    try {
      const value = await work();
      const ms = performance.now() - began;
      await sleep(Math.max(0, atLeastMs - ms));
      return { value, ms, times: { ...this.times } };
    } finally {
      this.#running = false;
      await this.#done;
    }
  }

  async #again(go: () => Promise<void>): Promise<void> {
    while (this.#running) await go();
  }
}

async function timed(times: number[], work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  await work();
  times.push(performance.now() - began);
}
