import { createHash } from "node:crypto";
import { cpSync, existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { contentTag } from "../../stack/content-tag.ts";
import { runCommand } from "../command.ts";
import { run } from "../programs.ts";
import { whileLocked } from "./lock.mjs";
import { BACKEND, FRONTEND, NODE_MODULES, ROOT, STANDALONE } from "./paths.mjs";
import { readStamp, unlessStamped } from "./stamps.mjs";
import { excerpt, step } from "./steps.mjs";
import { UserError } from "./user-error.mjs";

export type Build = {
  title: string;
  /** Where it is noted what it was made of: beside the result, so that they go together. */
  stamp: string;
  /** The file that must exist. */
  result: string;
  /** Names what it is made of: the same as its image. */
  dockerfile: string;
  make: (signal?: AbortSignal) => Promise<void>;
};

export const BUILDS: Record<"backend" | "frontend", Build> = {
  backend: {
    title: "Building the backend",
    dockerfile: "Dockerfile.backend",
    stamp: path.join(BACKEND, "dist", ".stamp"),
    result: path.join(BACKEND, "dist", "main.js"),
    make: (signal) => runOrFail("the backend", [path.join(BACKEND, "build.mjs")], BACKEND, signal),
  },
  frontend: {
    title: "Building the page",
    dockerfile: "Dockerfile.frontend",
    stamp: path.join(FRONTEND, ".next", ".stamp"),
    result: path.join(STANDALONE, "server.js"),
    make: async (signal) => {
      await runOrFail("the page", [path.join(NODE_MODULES, "next", "dist", "bin", "next"), "build"], FRONTEND, signal);
      completeStandalone();
    },
  },
};

/** Builds what changed since the last time. */
export async function buildAll(signal: AbortSignal): Promise<undefined> {
  for (const build of Object.values(BUILDS)) await buildOne(build, signal);
}

export async function buildOne({ title, dockerfile, stamp: file, result, make }: Build, signal?: AbortSignal) {
  const args = { node: process.version };
  const where = { context: ROOT, dockerfile: path.join(ROOT, dockerfile), platform: process.platform };
  const stamp = { file, hash: contentTag({ ...where, args, rebuild: "" }) };
  if (readStamp(file) === stamp.hash && existsSync(result)) return;
  const place = createHash("sha256").update(file).digest("hex").slice(0, 12);
  await whileLocked(
    path.join(tmpdir(), `todo-build-${process.getuid?.() ?? ""}-${place}.lock`),
    ({ pid }) => console.log(`Process ${pid} is building here; waiting for it.`),
    async () => {
      if (!existsSync(result)) rmSync(file, { force: true });
      await unlessStamped(stamp, () => step(title, () => make(signal)));
    },
  );
}

/** Next leaves what browsers load out of the standalone folder, for those who serve it from elsewhere. */
function completeStandalone(): void {
  cpSync(path.join(FRONTEND, ".next", "static"), path.join(STANDALONE, ".next", "static"), { recursive: true });
  const publicFolder = path.join(FRONTEND, "public");
  if (existsSync(publicFolder)) cpSync(publicFolder, path.join(STANDALONE, "public"), { recursive: true });
}

async function runOrFail(what: string, args: string[], cwd: string, signal?: AbortSignal): Promise<void> {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" } as const;
  const { code, output } = await run(process.execPath, args, { cwd, env, signal });
  if (code === 0) return;
  console.error(`\n${excerpt(output)}`);
  throw new UserError(`${what} could not be built, its own words are above: undo your last change or report it`);
}

if (import.meta.main) await runCommand(buildAll);
