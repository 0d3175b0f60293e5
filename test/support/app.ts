import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "../../scripts/local/paths.mjs";
import { freePort } from "../../scripts/local/ports.mjs";
import { untilItAnswers } from "./eventually.ts";

/** An app that already runs somewhere (on Minikube, say), and what may be done with it. */
export type RunningApp = {
  url: string;
  /** Ends the whole app and starts it again on the same data. */
  restart?: () => Promise<void>;
  /** Where it asks for its model; the stories' own model will listen there. */
  modelAt?: () => Promise<{ host: string; port: number }>;
};

const address = process.env["E2E_URL"];
let running: RunningApp | undefined = address ? { url: address.replace(/\/$/, "") } : undefined;

/** Lets the stories that are imported from now on use this app, instead of starting one of their own. */
export function useRunningApp(app: RunningApp): void {
  running = app;
}

/** Whether the app of these stories can be restarted, which one that runs elsewhere mostly can't. */
export function canRestart(): boolean {
  return running === undefined || running.restart !== undefined;
}

/** Whether the app of these stories can be given a model of their own. */
export function canChooseModel(): boolean {
  return running === undefined || running.modelAt !== undefined;
}

/** Where a model of the stories' own must listen: anywhere on this machine, for an app that is started here. */
export async function modelAddress(): Promise<{ host?: string; port?: number }> {
  return (await running?.modelAt?.()) ?? {};
}

export type App = {
  url: string;
  /** Ends the whole app and starts it again on the same data. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Starts the app by `npm start`'s own script on a new data folder and free ports, or takes the one that runs already.
 * `env` goes to it, for a model of the test's own.
 */
export async function startApp(env: NodeJS.ProcessEnv = {}): Promise<App> {
  if (running) {
    const refuse = () => Promise.reject(new Error("an app that runs elsewhere can't be restarted from here"));
    return { url: running.url, restart: running.restart ?? refuse, stop: async () => undefined };
  }
  const dataDir = mkdtempSync(path.join(tmpdir(), "todo-e2e-"));
  const port = await freePort();
  const settings = {
    ...process.env,
    // A key in the developer's own shell must not make the stories talk to a real model.
    OPENAI_API_KEY: "",
    OPENAI_BASE_URL: "",
    DATABASE_URL: "",
    ...env,
    PORT: String(port),
    BACKEND_PORT: String(await freePort()),
    DATA_DIR: dataDir,
  };
  let child = launch(settings);
  const url = `http://localhost:${port}`;
  await serves(url, child);
  const stop = async () => {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  };
  return {
    url,
    restart: async () => {
      await stop();
      child = launch(settings);
      await serves(url, child);
    },
    stop: async () => {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function launch(env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, [path.join(ROOT, "scripts/start.mjs")], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  // When the tests are stopped, the app is stopped too.
  const stop = () => {
    child.kill("SIGTERM");
    process.exit();
  };
  process.once("SIGTERM", stop);
  child.once("exit", () => process.off("SIGTERM", stop));
  return child;
}

/** Waits until the page's address leads to a backend that can serve: without a session it answers 401. */
async function serves(url: string, child: ChildProcess): Promise<void> {
  await untilItAnswers(`${url}/api/tasks`, 401, { child, timeoutMs: 180_000, everyMs: 100 });
}
