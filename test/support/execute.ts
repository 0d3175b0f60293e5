import { execa } from "execa";
import { ROOT } from "../../scripts/local/paths.mjs";
import { excerpt } from "../../scripts/local/steps.mjs";

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

/**
 * Runs a program that says one thing and ends, and gives what it wrote on its standard output, trimmed. Throws an error
 * with the command and the end of what the program said when it fails, is missing or too slow.
 */
export async function execute(
  program: string,
  args: readonly string[],
  { env = process.env, input = "", timeoutMs = MINUTE_MS, signal }: ExecuteOptions = {},
): Promise<string> {
  const result = await execa(program, args, {
    cwd: ROOT,
    env,
    extendEnv: false,
    input,
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    ...(signal && { cancelSignal: signal }),
    all: true,
    reject: false,
  });
  signal?.throwIfAborted();
  const { stdout, all, failed, timedOut, originalMessage } = result;
  if (!failed) return stdout.trim();
  const why = timedOut ? `did not end within ${timeoutMs / 1_000} s` : "failed";
  throw new Error(`${[program, ...args].join(" ")} ${why}:\n${excerpt(all || originalMessage || "")}`);
}
