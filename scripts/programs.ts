import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { execa, type Result, type ResultPromise } from "execa";

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

type Place = { cwd?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal };

/** Nobody is there to answer a question, hence no stdin. */
const settings = ({ cwd = process.cwd(), env = process.env }: Place) =>
  ({ cwd, env, extendEnv: false, stdin: "ignore", reject: false }) as const;

/**
 * For programs that answer within seconds; one that hangs must not hold everything up.
 * @returns an `Ask` that rejects when the program is there and can't be started, and when `signal` is aborted
 */
export function asker({ seconds = 60, ...place }: Place & { seconds?: number } = {}): Ask {
  const { signal } = place;
  const limits = { timeout: seconds * 1000, stripFinalNewline: false, ...(signal && { cancelSignal: signal }) };
  return async (program, args) => {
    const result = await execa(program, args, { ...settings(place), ...limits });
    signal?.throwIfAborted();
    const { stdout, stderr } = result;
    if (!result.failed) return { kind: "done", stdout };
    if (result.code === "ENOENT") return { kind: "missing" };
    if (result.timedOut) return { kind: "timeout", seconds };
    return { kind: "failed", code: exitCodeOf(result), stdout, stderr };
  };
}

/**
 * Runs a program to its end. `signal` ends it with all that it started, and rejects.
 * @returns `output`: what it wrote on both channels, empty when it was shown instead
 */
export async function run(
  program: string,
  args: string[],
  { show = false, ...place }: Place & { show?: boolean },
): Promise<{ code: number; output: string }> {
  const channel = show ? "inherit" : "pipe";
  place.signal?.throwIfAborted();
  const child = execa(program, args, {
    ...settings(place),
    // A group of its own, so that all that a build starts can be ended together.
    detached: !WINDOWS,
    stdout: channel,
    stderr: channel,
    all: true,
  });
  const result = await unlessAborted(child, place.signal, () => {
    killGroup(child, "SIGTERM");
    const force = setTimeout(() => killGroup(child, "SIGKILL"), GRACE_MS);
    void child.finally(() => clearTimeout(force));
  });
  place.signal?.throwIfAborted();
  return { code: exitCodeOf(result), output: result.all ?? "" };
}

/** What runs gently now, for a second Ctrl-C. */
const gentle = new Set<ResultPromise>();

/** Ends it at once, with all that it started. */
export function forceEnd(): void {
  for (const child of gentle) killGroup(child, "SIGKILL");
}

/**
 * Runs a program in sight of the user. When `signal` is aborted it gets one Ctrl-C and the time it needs to end in
 * order; a terminal's own Ctrl-C does not reach it, for two of them would cut it off.
 */
export async function runGently(
  program: string,
  args: string[],
  place: Place,
): Promise<{ code: number; stderr: string }> {
  place.signal?.throwIfAborted();
  const stderr = ["inherit", "pipe"] as const;
  const child = execa(program, args, { ...settings(place), detached: !WINDOWS, stdout: "inherit", stderr });
  gentle.add(child);
  try {
    const result = await unlessAborted(child, place.signal, () => child.kill("SIGINT"));
    return { code: exitCodeOf(result), stderr: result.stderr };
  } finally {
    gentle.delete(child);
  }
}

/** A file to append to, as the channel of a program that may outlive us; to be closed here once that was started. */
export async function openLog(file: string): Promise<WriteStream> {
  const log = createWriteStream(file, { flags: "a", mode: 0o600 });
  await once(log, "open");
  return log;
}

async function unlessAborted<T>(child: Promise<T>, signal: AbortSignal | undefined, onAbort: () => void): Promise<T> {
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await child;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** @throws Error when it could not be started */
function exitCodeOf({ exitCode, signal, message, cause }: Result): number {
  if (exitCode === undefined && signal === undefined) throw cause ?? new Error(message);
  return exitCode ?? 1;
}

function killGroup(child: ResultPromise, signal: "SIGTERM" | "SIGKILL"): void {
  const { pid, exitCode, signalCode } = child.nodeChildProcess;
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  if (WINDOWS) void execa("taskkill", ["/pid", String(pid), "/f", "/t"], { reject: false });
  else process.kill(-pid, signal);
}
