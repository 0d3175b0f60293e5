import { createReadStream, createWriteStream, fdatasync, openSync, type WriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

/** What a client may want: changes by REST, or a message that is answered. */
export type Want =
  | { write: "add"; title: string }
  | { write: "update"; taskId: string; notes: string }
  | { write: "complete" | "reopen"; taskIds: string[] }
  | { write: "delete" | "restore"; taskId: string }
  | { write: "undo"; call: string }
  | { write: "message"; conversationId: string; token: string; number: number };
export type Write = Want["write"];

/** Noted before anything is sent. `op` is the key under which it is sent, and sent again. */
export type Invoked = Want & { type: "invoke"; op: string; userId: string; at: number };

/**
 * Noted when it is over: `ok` was acknowledged, `fail` was refused and surely not done, `info` nobody knows. `changes`: how
 * many the answer told of; `tries`: how often it was sent.
 */
export type Over = {
  type: "ok" | "fail" | "info";
  op: string;
  at: number;
  tries: number;
  why?: string;
  taskId?: string;
  changes?: number;
};

/** Noted around a fault. */
export type Disturbance = { type: "begin" | "end"; fault: string; target: string; at: number };

export type Entry = Invoked | Over | Disturbance;

/** An operation as its client saw it. One without an end is as unknown as one without an answer. */
export type Op = Invoked & { outcome: Over["type"]; over: number; tries: number; taskId?: string; changes?: number };

const sync = promisify(fdatasync);

/** Milliseconds on a clock that no step of the wall clock moves. */
export function clock(): number {
  return Math.round(performance.now() * 1_000) / 1_000;
}

/** What happened, one JSON a line, on the disk before anybody goes on. Those who write at once share a sync. */
export class History {
  readonly file: string;
  /** How many changes and messages were acknowledged until now. */
  acknowledged = 0;
  /** How many answers were given up after three crashes and were tried again. */
  triedAgain = 0;
  /** How much is over, in whatever way. */
  over = 0;
  readonly #fd: number;
  readonly #stream: WriteStream;
  #pending: string[] = [];
  #flush: Promise<void> | undefined;

  constructor(file: string) {
    this.file = file;
    this.#fd = openSync(file, "a", 0o600);
    this.#stream = createWriteStream(file, { fd: this.#fd });
  }

  async append(entry: Entry): Promise<void> {
    if (entry.type === "ok") this.acknowledged += entry.changes ?? 1;
    if ("tries" in entry) this.over += 1;
    this.#pending.push(`${JSON.stringify(entry)}\n`);
    // What comes while one sync is under way waits for the next.
    this.#flush = (this.#flush ?? Promise.resolve()).then(() => this.#write());
    await this.#flush;
  }

  async #write(): Promise<void> {
    const lines = this.#pending.splice(0).join("");
    if (lines === "") return;
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(lines, (error) => (error ? reject(error) : resolve()));
    });
    await sync(this.#fd);
  }

  async close(): Promise<void> {
    await this.#flush;
    await new Promise<void>((resolve) => this.#stream.end(resolve));
  }
}

export type Told = { ops: Op[]; disturbances: Disturbance[] };

/** Reads a history back. */
export async function readHistory(file: string): Promise<Told> {
  const ops = new Map<string, Op>();
  const disturbances: Disturbance[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry = JSON.parse(line) as Entry;
    if ("fault" in entry) disturbances.push(entry);
    else if (entry.type === "invoke") {
      ops.set(entry.op, { ...entry, outcome: "info", over: Number.POSITIVE_INFINITY, tries: 1 });
    } else {
      const { type: outcome, op, at: over, tries, taskId, changes } = entry;
      const begun = ops.get(op);
      if (!begun) throw new Error(`an end without a beginning: ${line}`);
      const told = { ...(taskId !== undefined && { taskId }), ...(changes !== undefined && { changes }) };
      ops.set(op, { ...begun, outcome, over, tries, ...told });
    }
  }
  return { ops: [...ops.values()], disturbances };
}
