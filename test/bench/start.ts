import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "../../scripts/local/paths.mjs";
import { freePort } from "../../scripts/local/ports.mjs";
import { signUp } from "../support/accounts.ts";
import { untilItAnswers } from "../support/eventually.ts";

import { median, type Row, row } from "../support/figures.ts";

const WARM_RUNS = 5;

/**
 * From typing `npm start` to the assistant's first answer in the browser's place: the page answers, an account is made,
 * a message is sent and answered through the page's own address. Fresh: an empty data folder; warm: the same again.
 * Both with everything installed and built.
 */
export async function measureStart(): Promise<Row[]> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "todo-bench-"));
  try {
    const fresh = await firstAnswer(dataDir);
    const warm: number[] = [];
    for (let i = 0; i < WARM_RUNS; i++) warm.push(await firstAnswer(dataDir));
    const aim = { at: "most" as const, limit: 2 };
    return [
      row("`npm start` to first answer, empty data folder", { value: fresh, unit: "s", digits: 2 }),
      row("`npm start` to first answer, warm (median)", { value: median(warm), unit: "s", digits: 2 }, aim),
    ];
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function firstAnswer(dataDir: string): Promise<number> {
  const [port, backendPort] = [await freePort(), await freePort()];
  const began = performance.now();
  const child = spawn(process.execPath, [path.join(ROOT, "scripts/start.mjs")], {
    env: { ...process.env, PORT: String(port), BACKEND_PORT: String(backendPort), DATA_DIR: dataDir },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = once(child, "exit");
  const url = `http://localhost:${port}`;
  // Through the page's address to the backend: without a session it answers 401.
  await untilItAnswers(`${url}/api/tasks`, 401, { child, timeoutMs: 60_000, everyMs: 10 });
  const { cookie } = await signUp(url, { origin: url });
  const headers = { cookie, origin: url, "content-type": "application/json" };
  const conversation = await fetch(`${url}/api/conversations`, { method: "POST", headers, body: "{}" });
  const { id } = (await conversation.json()) as { id: string };
  const body = JSON.stringify({ id: randomUUID(), text: "Add a task to test deployment", timeZone: "Europe/Berlin" });
  const answer = await fetch(`${url}/api/conversations/${id}/messages`, { method: "POST", headers, body });
  const text = await answer.text();
  const seconds = (performance.now() - began) / 1_000;
  child.kill("SIGTERM");
  await exited;
  if (!text.includes("tool-output-available")) throw new Error(`no answer: ${text.slice(0, 500)}`);
  return seconds;
}
