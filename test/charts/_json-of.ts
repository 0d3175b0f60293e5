import { ROOT } from "../../scripts/local/paths.mjs";
import { excerpt } from "../../scripts/local/steps.mjs";
import { run } from "../../scripts/programs.ts";

/**
 * Runs a program that prints one JSON text, which is taken for a `T`. How it ends does not count: a checker that found
 * something ends with 1. Throws an error with what it printed when that is no JSON.
 */
export async function jsonOf<T>(program: string, args: readonly string[]): Promise<T> {
  const { output } = await run(program, [...args], { cwd: ROOT });
  try {
    return JSON.parse(output) as T;
  } catch {
    throw new Error(`${program} ${args.join(" ")}\n${excerpt(output)}`);
  }
}
