import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { median, type Row, row } from "../support/figures.ts";
import { type Database, residentMegabytes, startBackend, startProcess } from "./backend.ts";

const RUNS = 9;
const IDLE_MS = 5_000;
const BARE = `require("node:http").createServer((q, s) => s.end("{}")).listen(process.env.PORT, process.env.HOST);
process.on("SIGTERM", () => process.exit(0));`;

/** Time from starting the process to its first answer, and its memory when idle; beside a bare Node server. */
export async function measureListen(database: Database): Promise<Row[]> {
  const file = path.join(tmpdir(), "todo-bench-bare.cjs");
  writeFileSync(file, BARE);
  const ours: number[] = [];
  const bare: number[] = [];
  let memory = 0;
  let bareMemory = 0;
  for (let i = 0; i < RUNS; i++) {
    const backend = await startBackend(database.url);
    ours.push(backend.listeningMs);
    const twin = await startProcess([file], {});
    bare.push(twin.listeningMs);
    if (i === RUNS - 1) {
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      memory = residentMegabytes(backend.pid);
      bareMemory = residentMegabytes(twin.pid);
    }
    await Promise.all([backend.stop(), twin.stop()]);
  }
  // The first start fills the compile cache, as it does on a machine where it runs for the first time.
  const twin = { name: "bare Node server", value: median(bare.slice(1)) };
  return [
    row("backend: start to listening (median)", { value: median(ours.slice(1)), unit: "ms" }, most(250), twin),
    row("backend: idle memory", { value: memory, unit: "MB" }, most(100), { name: twin.name, value: bareMemory }),
  ];
}

function most(limit: number): { at: "most"; limit: number } {
  return { at: "most", limit };
}
