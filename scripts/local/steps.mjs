import { Interrupted } from "./interrupt.mjs";

/**
 * Shows a long step while it runs and how long it took: "Installing… 12.3 s".
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const start = Date.now();
  process.stdout.write(`${title}… `);
  try {
    const result = await work();
    process.stdout.write(`${((Date.now() - start) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stdout.write(error instanceof Interrupted ? "stopped\n" : "failed\n");
    throw error;
  }
}

/**
 * The end of a long output: what went wrong stands there.
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 15) {
  return output.trimEnd().split("\n").slice(-count).join("\n");
}

/**
 * The begin and the end of a long output, for programs that name the fault first and then explain themselves at length.
 * @param {string} output
 */
export function bothEnds(output) {
  const lines = output.trim().split("\n");
  return lines.length <= 20 ? lines.join("\n") : [...lines.slice(0, 12), "…", ...lines.slice(-6)].join("\n");
}
