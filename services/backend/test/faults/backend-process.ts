import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { untilItAnswers } from "../../../../test/support/eventually.ts";
import type { Failpoint } from "../../src/failpoint.ts";

export type BackendSettings = {
  /** The folder of the built backend. */
  dist: string;
  databaseUrl: string;
  /** Where its model answers; without one the rule-based assistant does. */
  modelUrl?: string;
  /** More variables. */
  env?: Record<string, string>;
  /** Where all that it logs goes. */
  logFile?: string;
};

const START_MS = 60_000;

/** A backend in a process of its own, on a port that stays the same when it is started again. */
export class BackendProcess {
  readonly url: string;
  readonly #settings: BackendSettings;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #exit: Promise<NodeJS.Signals | number | null> = Promise.resolve(null);
  #output = "";

  constructor(settings: BackendSettings, port: number) {
    this.#settings = settings;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it and waits until it serves. With a `failpoint` it kills itself the first time that it comes there. */
  async start(failpoint?: Failpoint): Promise<void> {
    await this.kill();
    const { dist, databaseUrl, modelUrl, env, logFile } = this.#settings;
    this.#output = "";
    const child = spawn(process.execPath, [path.join(dist, "main.js")], {
      // An IPC channel has it end with this process, however this one ends.
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        PATH: process.env["PATH"] ?? "",
        PORT: String(this.#port),
        HOST: "127.0.0.1",
        DATABASE_URL: databaseUrl,
        BETTER_AUTH_SECRET: "a secret of the fault tests, long enough for the rule",
        ...(modelUrl !== undefined && { OPENAI_BASE_URL: modelUrl, OPENAI_API_KEY: "x" }),
        LOG_LEVEL: "warn",
        ...env,
        ...(failpoint && { FAILPOINT: failpoint }),
      },
    });
    const keep = (data: Buffer) => {
      this.#output = (this.#output + data.toString()).slice(-4_000);
      if (logFile !== undefined) appendFileSync(logFile, data);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    this.#child = child;
    this.#exit = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
    await this.untilHealthy();
  }

  /** What it logged last: warnings and errors. */
  get output(): string {
    return this.#output;
  }

  /** Its process. Throws when there is none. */
  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error("the backend was not started");
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    if (this.alive) this.#child?.kill("SIGKILL");
    await this.#exit;
  }

  /** Ends it in order, as a rolling update does. */
  async end(): Promise<void> {
    if (this.alive) this.#child?.kill("SIGTERM");
    await this.#exit;
  }

  /** Sends it a message, which only what was loaded before it listens to. */
  tell(message: { clockOffsetMs: number }): void {
    if (this.alive) this.#child?.send(message);
  }

  /** Freezes it where it is. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  /** Lets it go on, unaware of the time that has passed. */
  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Waits until it has killed itself; false when it is still there after `ms`. */
  async hasDied(ms: number): Promise<boolean> {
    return (await Promise.race([this.#exit, sleep(ms, "alive", { ref: false })])) === "SIGKILL";
  }

  /** Waits until it serves. */
  async untilHealthy(): Promise<void> {
    const child = this.#child;
    try {
      await untilItAnswers(`${this.url}/api/health`, 200, {
        ...(child && { child }),
        timeoutMs: START_MS,
        everyMs: 50,
      });
    } catch (error) {
      throw new Error(
        `a backend did not start:
${this.#output}`,
        { cause: error },
      );
    }
  }
}
