import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { freePort } from "../../../../scripts/local/ports.mjs";
import { untilItAnswers } from "../../../../test/support/eventually.ts";

/** What Toxiproxy can do to a connection; its README describes each. */
export type Toxic =
  | { type: "latency"; attributes: { latency: number; jitter: number } }
  | { type: "timeout"; attributes: { timeout: number } }
  | { type: "limit_data"; attributes: { bytes: number } }
  | { type: "slow_close"; attributes: { delay: number } }
  | { type: "reset_peer"; attributes: { timeout: number } };

/** One way to a server that can be disturbed. */
export type Way = {
  port: number;
  /** Puts a toxic on it; the result takes it off. */
  poison: (toxic: Toxic, stream?: "upstream" | "downstream") => Promise<() => Promise<void>>;
  /** Cuts all connections and takes no new ones. */
  close: () => Promise<void>;
  open: () => Promise<void>;
};

/** A Toxiproxy in a process of its own. */
export class Toxiproxy {
  readonly #child: ChildProcess;
  readonly #api: string;

  private constructor(child: ChildProcess, api: string) {
    this.#child = child;
    this.#api = api;
  }

  /** @param program its server's program */
  static async start(program: string): Promise<Toxiproxy> {
    const port = await freePort();
    const child = spawn(program, ["-host", "127.0.0.1", "-port", String(port)], { stdio: "ignore" });
    const proxy = new Toxiproxy(child, `http://127.0.0.1:${port}`);
    await untilItAnswers(`http://127.0.0.1:${port}/version`, 200, { child });
    return proxy;
  }

  /** A way to a port of this machine. */
  async way(name: string, upstreamPort: number): Promise<Way> {
    const port = await freePort();
    const upstream = `127.0.0.1:${upstreamPort}`;
    await this.#ask("POST", "/proxies", { name, listen: `127.0.0.1:${port}`, upstream, enabled: true });
    let toxics = 0;
    return {
      port,
      poison: async (toxic, stream = "downstream") => {
        const id = `${toxic.type}-${++toxics}`;
        await this.#ask("POST", `/proxies/${name}/toxics`, { name: id, stream, toxicity: 1, ...toxic });
        return () => this.#ask("DELETE", `/proxies/${name}/toxics/${id}`);
      },
      close: () => this.#ask("POST", `/proxies/${name}`, { enabled: false }),
      open: () => this.#ask("POST", `/proxies/${name}`, { enabled: true }),
    };
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  async #ask(method: string, path: string, body?: object): Promise<void> {
    const response = await fetch(this.#api + path, { method, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`toxiproxy: ${method} ${path}: ${response.status} ${text}`);
  }
}
