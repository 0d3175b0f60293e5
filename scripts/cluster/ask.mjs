import { execFile } from "node:child_process";
import { errorCode } from "../local/user-error.mjs";

/**
 * @typedef {object} Answer
 * @property {number} code
 * @property {string} stdout
 * @property {string} stderr
 *
 * @typedef {(program: string, args: string[]) => Promise<Answer | undefined>} Ask
 */

/** Programs that are asked something answer within seconds; one that hangs must not hold everything up. */
const TIMEOUT_MS = 30_000;

/**
 * Asks a program something.
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, signal?: AbortSignal }} [options]
 * @returns {Ask} its answer, or undefined when there is no such program on PATH
 */
export function asker({ env = process.env, cwd, signal } = {}) {
  return (program, args) =>
    new Promise((resolve, reject) => {
      const options = { env, cwd, signal, timeout: TIMEOUT_MS, maxBuffer: 64 * 2 ** 20, windowsHide: true };
      execFile(program, args, options, (error, stdout, stderr) => {
        if (signal?.aborted) {
          reject(signal.reason);
        } else if (errorCode(error) === "ENOENT") {
          resolve(undefined);
        } else if (error?.killed) {
          resolve({ code: 1, stdout, stderr: `${stderr}no answer within ${TIMEOUT_MS / 1000} s` });
        } else {
          resolve({ code: typeof error?.code === "number" ? error.code : Number(error !== null), stdout, stderr });
        }
      });
    });
}
