import { ROOT } from "../../local/paths.mjs";
import { bothEnds } from "../../local/steps.mjs";
import { run } from "../../programs.ts";

/**
 * Runs a program that prints one JSON text. How it ends does not count: a checker that found something ends with 1.
 * @template T what the program is known to print
 * @param {string} program
 * @param {string[]} args
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 * @throws an Error with what it printed when that is no JSON
 */
export async function jsonOf(program, args, signal) {
  const { output } = await run(program, args, { cwd: ROOT, signal });
  try {
    return JSON.parse(output);
  } catch {
    throw new Error(`${program} ${args.join(" ")}\n${bothEnds(output)}`);
  }
}
