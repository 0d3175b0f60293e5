import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "../../../../scripts/local/ports.mjs";
import { type Session, signUp } from "../../../../test/support/accounts.ts";
import { LEASE_SECONDS } from "../../src/db/queries/runs.ts";
import { failpoints } from "../../src/env.ts";
import type { Failpoint } from "../../src/failpoint.ts";
import { BackendProcess, type BackendSettings } from "./backend-process.ts";
import { examine } from "./check.ts";
import type { Ledger } from "./ledger.ts";
import { type Operation, prepare } from "./operation.ts";
import type { Random } from "./random.ts";
import { sendAndRead } from "./reader.ts";

export type Round = Failpoint | "zombie" | "random";
export const rounds: readonly Round[] = [...failpoints, "zombie", "random"];

/** Conversations that are under way at once when a backend dies. */
const CONVERSATIONS = 3;
/** About how long an answer takes when nothing goes wrong. */
const ANSWER_MS = 1_200;
/** When a lease lapses, and how often each backend looks for lapsed ones. */
const LEASE_MS = LEASE_SECONDS * 1_000;
const TICK_MS = 1_000;
/** How long a backend may take to come to its failpoint. */
const DEATH_MS = 30_000;

/** Two backends on one database, and people who talk to them. In each round something happens to the first backend. */
export class Lane {
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #db: pg.Pool;
  readonly #victim: BackendProcess;
  readonly #survivor: BackendProcess;
  #users: Session[] = [];

  private constructor(settings: BackendSettings, ports: [number, number], ledger: Ledger, random: Random) {
    this.#ledger = ledger;
    this.#random = random;
    this.#db = new pg.Pool({ connectionString: settings.databaseUrl, max: 2 });
    // A server that is stopped at the end closes idle connections.
    this.#db.on("error", () => {});
    this.#victim = new BackendProcess(settings, ports[0]);
    this.#survivor = new BackendProcess(settings, ports[1]);
  }

  static async open(settings: BackendSettings, ledger: Ledger, random: Random): Promise<Lane> {
    const lane = new Lane(settings, [await freePort(), await freePort()], ledger, random);
    try {
      await lane.#survivor.start();
      for (let i = 0; i < CONVERSATIONS; i++) lane.#users.push(await signUp(lane.#survivor.url));
    } catch (error) {
      await lane.close();
      throw error;
    }
    return lane;
  }

  async close(): Promise<void> {
    await Promise.all([this.#victim.kill(), this.#survivor.kill()]);
    await this.#db.end();
  }

  /** One round: messages are sent, the fault happens, everybody reads to the end, and the result is examined. */
  async play(round: Round): Promise<void> {
    const operations = await Promise.all(this.#users.map((user) => prepare(this.#survivor.url, user)));
    if (round === "zombie") await this.#freezeDuring(operations);
    else if (round === "random") await this.#killDuring(operations);
    else await this.#dieAt(round, operations);
    if (!this.#survivor.alive) throw new Error(`the surviving backend has ended:\n${this.#survivor.output}`);
    for (const op of operations) {
      this.#ledger.operation(round, op, await examine({ db: this.#db, url: this.#survivor.url }, op));
    }
  }

  /** The backend kills itself at a chosen place of whichever conversation comes there first. */
  async #dieAt(point: Failpoint, operations: Operation[]): Promise<void> {
    await this.#victim.start(point);
    const reading = operations.map((op) => this.#read(op));
    if (await this.#victim.hasDied(DEATH_MS)) this.#ledger.fault(point);
    // On a slow machine it may have lost all its runs to the other one before it came there.
    else this.#ledger.missed(point);
    await Promise.all(reading);
    await this.#victim.kill();
  }

  /** The backend is killed at any time; now and then the other one, too, once the first is back. */
  async #killDuring(operations: Operation[]): Promise<void> {
    await this.#victim.start();
    const reading = operations.map((op) => this.#read(op));
    await sleep(this.#random.between(0, ANSWER_MS));
    await this.#victim.kill();
    this.#ledger.fault("random");
    if (this.#random.chance(0.5)) {
      const restart = this.#victim.start();
      await sleep(this.#random.between(0, 2 * ANSWER_MS + LEASE_MS + TICK_MS));
      await restart;
      await this.#survivor.kill();
      this.#ledger.fault("random");
      await this.#survivor.start();
    }
    await Promise.all(reading);
  }

  /**
   * The backend is frozen in the middle of an answer until the other one is about to take over, is in the middle of it,
   * or has done with it; then it goes on as if nothing had happened. One reader of each conversation stays with it, another one reads at the other backend.
   */
  async #freezeDuring(operations: Operation[]): Promise<void> {
    await this.#victim.start();
    const [first] = operations;
    const middle = Promise.withResolvers<void>();
    let left = this.#random.between(1, 20);
    const reading = operations.map((op) =>
      this.#read(op, op === first ? () => (left-- <= 0 ? middle.resolve() : undefined) : undefined),
    );
    await Promise.race([middle.promise, ...reading]);
    this.#victim.freeze();
    this.#ledger.fault("zombie");
    const elsewhere = operations.map((op) => this.#readFrom(op, [this.#survivor.url]));
    await sleep(this.#random.between(LEASE_MS, LEASE_MS + 2 * ANSWER_MS + TICK_MS));
    this.#victim.thaw();
    await Promise.all([...reading, ...elsewhere]);
  }

  #read(op: Operation, onChunk?: () => void): Promise<void> {
    return this.#readFrom(op, [this.#victim.url, this.#survivor.url], onChunk);
  }

  async #readFrom(op: Operation, urls: string[], onChunk?: () => void): Promise<void> {
    op.reads.push(await sendAndRead(op.user, op, { urls, ...(onChunk && { onChunk }) }));
  }
}
