import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../../../../scripts/local/ports.mjs";
import { findTool } from "../../../../scripts/test/tools.ts";
import { migrateToLatest } from "../../src/db/migrate.ts";
import { startModel } from "../faults/asks.ts";
import { BackendProcess } from "../faults/backend-process.ts";
import { buildBackend } from "../faults/build.ts";
import { makeDisk } from "./disk.ts";
import { localFaults } from "./local-faults.ts";
import type { Fault } from "./nemesis.ts";
import { FragilePostgres } from "./server.ts";
import { Toxiproxy, type Way } from "./toxiproxy.ts";

/** Where a ledger is kept: a system, what can be done to it, and how to have it whole again. */
export type Place = {
  urls: readonly string[];
  databaseUrl: string;
  faults: readonly Fault[];
  /** Kinds of faults that can't be had here, each with its reason. */
  missing: readonly string[];
  /** Ends whatever still goes on, and waits until all is served again. */
  heal: () => Promise<void>;
  close: () => Promise<void>;
};

const CLOCK = new URL("skewed-clock.mjs", import.meta.url).href;
const DISK_MB = 3_000;

export type LocalPlaceOptions = {
  backends: number;
  toxiproxy: string | undefined;
  /** How long faults last, as a share of what they last in the long form. */
  scale: number;
  /** A folder for what the backends log. */
  logs: string;
};

/** Backends in processes of this machine on one PostgreSQL, each with a way of its own to it. */
export async function openLocalPlace({ backends: count, toxiproxy, scale, logs }: LocalPlaceOptions): Promise<Place> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = mkdtempSync(path.join(tmpdir(), "todo-ledger-"));
    // PostgreSQL does not run as root, and must get through.
    chmodSync(folder, 0o711);
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    const missing: string[] = [];
    const disk = makeDisk(folder, DISK_MB);
    if ("missing" in disk) missing.push(`full disk (${disk.missing})`);
    else stack.defer(disk.remove);
    const postgres = await FragilePostgres.start("missing" in disk ? path.join(folder, "data") : disk.folder);
    stack.defer(() => postgres.stop());
    await migrateToLatest(postgres.url);
    const model = await startModel({ deltaMs: 0 });
    stack.defer(() => model.close());
    const build = buildBackend();
    stack.defer(build.remove);
    const proxy = toxiproxy === undefined ? undefined : await Toxiproxy.start(toxiproxy);
    if (proxy) stack.defer(() => proxy.stop());
    else missing.push("connections (Toxiproxy is missing: npm run install-tools -- toxiproxy)");

    const ways: Way[] = [];
    const backends: BackendProcess[] = [];
    for (let i = 0; i < count; i++) {
      const way = await proxy?.way(`backend-${i}`, postgres.port);
      if (way) ways.push(way);
      const url = new URL(postgres.url);
      if (way) url.port = String(way.port);
      const env = { NODE_OPTIONS: `--import=${CLOCK}`, LOG_LEVEL: "warn" };
      const settings = {
        dist: build.dist,
        databaseUrl: url.href,
        modelUrl: model.url,
        env,
        logFile: path.join(logs, `backend-${i + 1}.log`),
      };
      const backend = new BackendProcess(settings, await freePort());
      stack.defer(() => backend.kill());
      backends.push(backend);
    }
    await Promise.all(backends.map((backend) => backend.start()));
    const ends = stack.move();
    return {
      urls: backends.map(({ url }) => url),
      databaseUrl: postgres.url,
      faults: localFaults({ backends, postgres, ways, disk: "missing" in disk ? undefined : disk, scale }),
      missing,
      heal: async () => {
        await postgres.revive();
        await Promise.all(backends.map((backend) => (backend.alive ? backend.untilHealthy() : backend.start())));
      },
      close: () => ends.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Toxiproxy's program; undefined where it is missing, which CI may not have. */
export function findToxiproxy(): string | undefined {
  const found = findTool("toxiproxy");
  if (!found && process.env["CI"]) throw new Error("toxiproxy is missing: npm run install-tools -- toxiproxy");
  return found;
}
