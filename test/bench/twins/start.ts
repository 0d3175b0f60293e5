import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onPath } from "../../support/on-path.ts";
import { type Backend, startProgram } from "../backend.ts";
import { onServerCore } from "../cores.ts";

const FASTAPI = path.join(import.meta.dirname, "fastapi");
const RELEASES = "import sys; sys.exit(sys.version_info < (3, 10))";

/** The Fastify twin, on the server's core. */
export function startFastify(env: NodeJS.ProcessEnv): Promise<Backend> {
  const script = path.join(import.meta.dirname, "fastify.ts");
  return startProgram(() => onServerCore([process.execPath, script]), { NODE_ENV: "production", ...env });
}

/** A FastAPI twin, on the server's core, in the Python of `preparePython`. */
export function startFastApi(python: string, module: string, env: NodeJS.ProcessEnv): Promise<Backend> {
  const uvicorn = [python, "-m", "uvicorn", "--app-dir", FASTAPI, "--no-access-log", "--log-level", "warning"];
  const commandFor = (port: number) => onServerCore([...uvicorn, "--port", String(port), `${module}:app`]);
  return startProgram(commandFor, { PYTHONDONTWRITEBYTECODE: "1", ...env });
}

/**
 * A Python with the twins' packages, in a folder for temporary files that later runs find again. Undefined, with the
 * reason on stderr, where there is no Python from 3.10 on or no package index.
 */
export function preparePython(): string | undefined {
  const requirements = path.join(FASTAPI, "requirements.txt");
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = path.join(tmpdir(), `todo-bench-python-${process.getuid?.() ?? ""}-${hash}`);
  const python = path.join(folder, "bin", "python");
  const complete = path.join(folder, "complete");
  if (existsSync(complete)) return python;
  try {
    if (!onPath("python3")) throw new Error("there is no python3");
    execFileSync("python3", ["-c", RELEASES]);
    rmSync(folder, { recursive: true, force: true });
    execFileSync("python3", ["-m", "venv", folder], { stdio: "pipe" });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements], { stdio: "pipe" });
    writeFileSync(complete, "");
    return python;
  } catch (error) {
    process.stderr.write(`Skipped, the FastAPI twins: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}
