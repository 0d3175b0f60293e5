import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ROOT } from "../local/paths.mjs";
import { errorCode, UserError } from "../local/user-error.mjs";

/** A client program with all that it needs to reach a database, but for the work to do. */
export type Command = { program: string; args: string[]; env?: NodeJS.ProcessEnv };

/** `from` is what it reads; `to` takes what it writes, and is ended with that unless `keepOpen`. */
type Flow = { from?: Readable; to?: Writable; keepOpen?: boolean };

/**
 * Runs a client program of PostgreSQL to its end.
 * @returns what it wrote, unless that has gone elsewhere
 * @throws UserError with the program's own words when it fails
 */
export async function runClient(command: Command, signal: AbortSignal, flow: Flow = {}): Promise<string> {
  const { program, args, env = process.env } = command;
  const { from, to, keepOpen = false } = flow;
  signal.throwIfAborted();
  const child = spawn(program, args, { stdio: [from ? "pipe" : "ignore", "pipe", "pipe"], env, cwd: ROOT });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  const said = { stdout: "", stderr: "" };
  child.stderr?.on("data", (data: Buffer) => {
    said.stderr = (said.stderr + data.toString()).slice(-8_000);
  });
  if (!to) child.stdout?.on("data", (data: Buffer) => (said.stdout += data.toString()));
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  // A program that fails reads no further; its own words say why.
  const read = from && child.stdin ? pipeline(from, child.stdin).catch(ignoreClosed) : undefined;
  const written = to && child.stdout ? pipeline(child.stdout, to, { end: !keepOpen }) : undefined;
  try {
    const [code] = await Promise.all([ended, read, written]);
    signal.throwIfAborted();
    if (code === 0) return said.stdout;
  } finally {
    signal.removeEventListener("abort", stop);
    child.kill("SIGTERM");
  }
  throw new UserError(`${program} failed:\n${said.stderr.trim().split("\n").slice(-6).join("\n")}`);
}

function ignoreClosed(error: unknown): void {
  const code = errorCode(error);
  if (code !== "EPIPE" && code !== "ECONNRESET" && code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
}
