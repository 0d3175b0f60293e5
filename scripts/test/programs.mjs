import { execFile } from "node:child_process";
import { ROOT } from "../local/paths.mjs";
import { lastLines } from "../local/run.mjs";

/**
 * @typedef {object} ExecuteOptions
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [input] what the program reads
 * @property {number} [timeoutMs] it is killed then; a minute unless said otherwise
 * @property {AbortSignal} [signal] kills it too
 */

const MINUTE_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a program that says one thing and ends, and gives what it wrote on its standard output, trimmed. Throws an error
 * with the command and the end of what the program said when it fails, is missing or too slow.
 * @param {string} program
 * @param {string[]} args
 * @param {ExecuteOptions} [options]
 * @returns {Promise<string>}
 */
export function execute(program, args, { env = process.env, input, timeoutMs = MINUTE_MS, signal } = {}) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(timeoutMs);
    const limit = signal ? AbortSignal.any([signal, timeout]) : timeout;
    const options = {
      cwd: ROOT,
      env,
      maxBuffer: MAX_OUTPUT_BYTES,
      killSignal: /** @type {const} */ ("SIGKILL"),
      signal: limit,
    };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout.trim());
      } else if (signal?.aborted) {
        reject(signal.reason);
      } else {
        const why = timeout.aborted ? `did not end within ${timeoutMs / 1_000} s` : "failed";
        const said = lastLines(`${stdout}\n${stderr}`) || error.message;
        reject(new Error(`${[program, ...args].join(" ")} ${why}:\n${said.trim()}`));
      }
    });
    // Who ends without reading its input tells why by itself.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input ?? "");
  });
}
