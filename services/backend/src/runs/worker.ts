import { limits } from "@todo/contract";
import { isUnavailable } from "../db/unavailable.ts";
import type { Db } from "../domain/context.ts";
import type { Question } from "../domain/model-context.ts";
import { claimRuns, LEASE_SECONDS, releaseRuns, renewLeases } from "../domain/run-claims.ts";
import type { RunRow } from "../domain/runs.ts";
import { type ExecuteDeps, executeRun, type Interruption } from "./execute-run.ts";

const TICK_MS = 1_000;
/** Who has not seen the database for so long can't tell an owner that has died from one that could not renew. */
const BLIND_MS = LEASE_SECONDS * 1_000 - TICK_MS;
/** Runs that one replica works on at once; the rest waits in the table for it or another. */
const CAPACITY = 50;

type ActiveRun = { attempt: number; controller: AbortController };

/**
 * Works on runs: those that this replica took in, and those that it finds with nobody working on them. Renews its
 * leases every second and learns in the same query which of its runs were taken over or are to be stopped.
 */
export class Worker {
  readonly owner: string;
  readonly #deps: ExecuteDeps;
  readonly #db: Db;
  readonly #runMs: number;
  readonly #active = new Map<string, ActiveRun>();
  #timer: NodeJS.Timeout | undefined;
  #tick: Promise<void> | undefined;
  #stopped = false;
  /** When it saw the database last, where `performance.now` counts. */
  #sawAt: number | undefined;

  /** `runSeconds`: how long it works on one run at most. */
  constructor(deps: ExecuteDeps, owner: string, runSeconds: number = limits.run.seconds) {
    this.#runMs = runSeconds * 1_000;
    this.#deps = deps;
    this.#db = deps.db;
    this.owner = owner;
  }

  /** How many runs it works on now. */
  get activeRuns(): number {
    return this.#active.size;
  }

  /** Begins to claim runs, at once and then every second. */
  start(): void {
    this.#schedule(0);
  }

  /** Works on a run that this replica holds the lease of. A new one comes with what it is to answer. */
  begin(run: RunRow, question?: Question): void {
    if (this.#stopped) {
      this.#handBack();
      return;
    }
    const controller = new AbortController();
    const timeout = setTimeout(() => interrupt(controller, "time"), this.#runMs);
    executeRun(this.#deps, run, controller.signal, question)
      .catch((error: unknown) => this.#deps.log.error({ err: error, runId: run.id }, "run broke off"))
      .finally(() => {
        clearTimeout(timeout);
        if (this.#active.get(run.id)?.controller === controller) this.#active.delete(run.id);
      });
    this.#active.set(run.id, { attempt: run.attempt, controller });
  }

  /** Stops a run if this replica works on it; another learns of it within a second. */
  stop(runId: string): void {
    const active = this.#active.get(runId);
    if (active) interrupt(active.controller, "stop");
  }

  /** Looks for runs to claim now rather than within a second. */
  wake(): void {
    this.#schedule(0);
  }

  /** Ends all work and hands the runs back at once, so that another replica goes on. */
  async close(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#tick;
    for (const { controller } of this.#active.values()) interrupt(controller, "shutdown");
    await releaseRuns(this.#db, this.owner);
  }

  /** A run that came in while this replica was ending: others need not wait until its lease lapses. */
  #handBack(): void {
    releaseRuns(this.#db, this.owner).catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, "could not hand back a run");
    });
  }

  #schedule(ms: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // One look at a time; a wake-up in the middle of one leads to another right after it.
      this.#tick = (this.#tick ?? Promise.resolve()).then(() => this.#look());
    }, ms);
  }

  async #look(): Promise<void> {
    try {
      // Also with nothing to renew: it shows whether the database answers.
      await this.#renew();
      const isBlind = this.#sawAt !== undefined && performance.now() - this.#sawAt > BLIND_MS;
      const room = CAPACITY - this.#active.size;
      if (room > 0 && !this.#stopped) {
        const seen = { active: [...this.#active.keys()], isBlind };
        for (const run of await claimRuns(this.#db, this.owner, room, seen)) this.begin(run);
      }
      this.#sawAt = performance.now();
    } catch (error) {
      if (!isUnavailable(error)) this.#deps.log.error({ err: error }, "could not look for runs, trying again");
    } finally {
      this.#schedule(TICK_MS);
    }
  }

  async #renew(): Promise<void> {
    const asked = new Map(this.#active);
    const held = new Map((await renewLeases(this.#db, this.owner, [...asked.keys()])).map((run) => [run.id, run]));
    for (const [id, { attempt, controller }] of asked) {
      const lease = held.get(id);
      // A run that has just ended has no lease either; to interrupt it then changes nothing.
      if (lease?.attempt !== attempt) interrupt(controller, "lost");
      else if (lease.stopRequested) interrupt(controller, "stop");
    }
  }
}

function interrupt(controller: AbortController, reason: Interruption): void {
  controller.abort(reason);
}
