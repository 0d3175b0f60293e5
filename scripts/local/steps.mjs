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
