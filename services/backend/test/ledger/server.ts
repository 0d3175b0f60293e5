import { readdirSync, readFileSync } from "node:fs";
import { type LocalPostgres, startPostgres } from "../../../../scripts/local/postgres.ts";
import { isAlive, waitUntil } from "../../../../scripts/local/processes.mjs";

/** A PostgreSQL with the settings of `npm start` that can be killed, frozen and started again on its port. */
export class FragilePostgres {
  readonly dataDir: string;
  #server: LocalPostgres;

  private constructor(dataDir: string, server: LocalPostgres) {
    this.dataDir = dataDir;
    this.#server = server;
  }

  static async start(dataDir: string): Promise<FragilePostgres> {
    return new FragilePostgres(dataDir, await startPostgres({ dataDir }));
  }

  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Ends the server as a crash would; its other processes notice and go. */
  async kill(): Promise<void> {
    process.kill(this.#server.pid, "SIGKILL");
    await waitUntil(() => !isAlive(this.#server.pid), 10_000);
  }

  /** Kills one of the processes that serve a connection: the server ends all the others and recovers by itself. */
  killOne(pick: (count: number) => number): void {
    const serving = this.#processes().filter(({ title }) => /^postgres: todo_owner /.test(title));
    const victim = serving[pick(serving.length)];
    if (victim) signal(victim.pid, "SIGKILL");
  }

  freeze(): void {
    for (const { pid } of this.#processes()) signal(pid, "SIGSTOP");
  }

  thaw(): void {
    for (const { pid } of this.#processes()) signal(pid, "SIGCONT");
  }

  /** Starts it again unless it runs, on the port that it had: everybody knows that one. */
  async revive(): Promise<void> {
    for (;;) {
      this.thaw();
      const server = await startPostgres({ dataDir: this.dataDir, port: this.port });
      if (server.port === this.port) {
        this.#server = server;
        return;
      }
      // Its last processes still had the old port.
      await server.stop();
    }
  }

  async stop(): Promise<void> {
    this.thaw();
    await this.#server.stop();
  }

  /** The server and what it started. */
  #processes(): { pid: number; title: string }[] {
    const { pid } = this.#server;
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const stat = readFileSync(`/proc/${name}/stat`, "utf8");
          const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
          if (parent !== pid && Number(name) !== pid) return [];
          return [{ pid: Number(name), title: readFileSync(`/proc/${name}/cmdline`, "utf8") }];
        } catch {
          // It has just ended.
          return [];
        }
      });
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, name);
}
