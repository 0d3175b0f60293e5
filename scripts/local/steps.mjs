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
 * The begin and the end of a long output: some programs name the fault first and then explain themselves at length,
 * others come to it last.
 * @param {string} output
 */
export function excerpt(output) {
  const lines = output.trim().split("\n");
  return lines.length <= 40 ? lines.join("\n") : [...lines.slice(0, 12), "…", ...lines.slice(-24)].join("\n");
}
