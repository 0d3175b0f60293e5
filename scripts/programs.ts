import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { execa, type ResultPromise } from "execa";

const WINDOWS = process.platform === "win32";
/** How long what we end may take until it is killed. */
const GRACE_MS = 5_000;

export type Answer =
  | { kind: "done"; stdout: string }
  | { kind: "failed"; code: number; stdout?: string; stderr: string }
  | { kind: "missing" }
  | { kind: "timeout"; seconds: number };

/** Asks a program something; `missing` when there is none of that name on PATH. */
export type Ask = (program: string, args: string[]) => Promise<Answer>;

type Place = { cwd?: string | undefined; env?: NodeJS.ProcessEnv | undefined; signal?: AbortSignal | undefined };

/**
 * For programs that answer within seconds; one that hangs must not hold everything up.
 * @returns an `Ask` that rejects when the program is there and can't be started, and when `signal` is aborted
 */
export function asker({ cwd, env = process.env, signal, seconds = 60 }: Place & { seconds?: number } = {}): Ask {
  return async (program, args) => {
    const result = await execa(program, args, {
      ...(cwd !== undefined && { cwd }),
      ...(signal !== undefined && { cancelSignal: signal }),
      env,
      extendEnv: false,
      timeout: seconds * 1000,
      // Nobody is there to answer a question.
      stdin: "ignore",
      stripFinalNewline: false,
      reject: false,
    });
    signal?.throwIfAborted();
    const { stdout, stderr, exitCode } = result;
    if (!result.failed) return { kind: "done", stdout };
    if (result.code === "ENOENT") return { kind: "missing" };
    if (result.timedOut) return { kind: "timeout", seconds };
    if (exitCode === undefined && result.signal === undefined) throw result.cause ?? new Error(result.message);
    return { kind: "failed", code: exitCode ?? 1, stdout, stderr };
  };
}

/**
 * Runs a program to its end. `signal` ends it with all that it started, and rejects.
 * @returns `output`: what it wrote on both channels, empty when it was shown instead
 */
export async function run(
  program: string,
  args: string[],
  { cwd, env = process.env, signal, show = false }: Place & { cwd: string; show?: boolean },
): Promise<{ code: number; output: string }> {
  signal?.throwIfAborted();
  const channel = show ? "inherit" : "pipe";
  // A group of its own, so that all that a build starts can be ended together.
  const child = execa(program, args, {
    cwd,
    env,
    extendEnv: false,
    detached: !WINDOWS,
    stdin: "ignore",
    stdout: channel,
    stderr: channel,
    all: true,
    reject: false,
  });
  const abort = () => endGroup(child);
  signal?.addEventListener("abort", abort, { once: true });
  const result = await child;
  signal?.removeEventListener("abort", abort);
  signal?.throwIfAborted();
  if (result.code !== undefined && result.exitCode === undefined) throw result.cause ?? new Error(result.message);
  return { code: result.exitCode ?? 1, output: result.all ?? "" };
}

/**
 * Runs a program in sight of the user. When `signal` is aborted it gets one Ctrl-C and the time it needs to end in
 * order; a terminal's own Ctrl-C does not reach it, for two of them would cut it off.
 * @returns `force` ends it at once, with all that it started
 */
export function runGently(
  program: string,
  args: string[],
  { cwd, env, signal }: { cwd: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): { done: Promise<{ code: number; stderr: string }>; force: () => void } {
  signal.throwIfAborted();
  const child = execa(program, args, {
    cwd,
    env,
    extendEnv: false,
    detached: !WINDOWS,
    stdin: "ignore",
    stdout: "inherit",
    stderr: ["inherit", "pipe"],
    reject: false,
  });
  const interrupt = () => child.kill("SIGINT");
  signal.addEventListener("abort", interrupt, { once: true });
  const done = child.then((result) => {
    signal.removeEventListener("abort", interrupt);
    return { code: result.exitCode ?? 1, stderr: result.stderr };
  });
  return { done, force: () => killGroup(child, "SIGKILL") };
}

/** A file to append to, as the channel of a program that may outlive us; to be closed here once that was started. */
export async function openLog(file: string): Promise<WriteStream> {
  const log = createWriteStream(file, { flags: "a", mode: 0o600 });
  await once(log, "open");
  return log;
}

function endGroup(child: ResultPromise): void {
  killGroup(child, "SIGTERM");
  const force = setTimeout(() => killGroup(child, "SIGKILL"), GRACE_MS);
  void child.finally(() => clearTimeout(force));
}

function killGroup(child: ResultPromise, signal: "SIGTERM" | "SIGKILL"): void {
  const { pid, exitCode, signalCode } = child.nodeChildProcess;
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  if (WINDOWS) void execa("taskkill", ["/pid", String(pid), "/f", "/t"], { reject: false });
  else process.kill(-pid, signal);
}
