import { execFile } from "node:child_process";
import { ROOT } from "../../scripts/local/paths.mjs";
import { lastLines } from "../../scripts/local/steps.mjs";

export type ExecuteOptions = {
  env?: NodeJS.ProcessEnv;
  /** What the program reads. */
  input?: string;
  /** It is killed then; a minute unless said otherwise. */
  timeoutMs?: number;
  /** Kills it too. */
  signal?: AbortSignal;
};

const MINUTE_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a program that says one thing and ends, and gives what it wrote on its standard output, trimmed. Throws an error
 * with the command and the end of what the program said when it fails, is missing or too slow.
 */
export function execute(program: string, args: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  const { env = process.env, input, timeoutMs = MINUTE_MS, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(timeoutMs);
    const limit = signal ? AbortSignal.any([signal, timeout]) : timeout;
    const settings = {
      cwd: ROOT,
      env,
      maxBuffer: MAX_OUTPUT_BYTES,
      killSignal: "SIGKILL",
      signal: limit,
    } as const;
    const child = execFile(program, args, settings, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.trim());
      if (signal?.aborted) return reject(signal.reason);
      const why = timeout.aborted ? `did not end within ${timeoutMs / 1_000} s` : "failed";
      const said = lastLines(`${stdout}\n${stderr}`) || error.message;
      reject(new Error(`${[program, ...args].join(" ")} ${why}:\n${said.trim()}`));
    });
    // Who ends without reading its input tells why by itself.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input ?? "");
  });
}
