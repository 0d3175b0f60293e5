import { waitUntil } from "../local/processes.mjs";
import { UserError } from "../local/user-error.mjs";

const TIMEOUT_MS = 90_000;
/** What the backend says through the page to those without a session: the whole way is open. */
const UNAUTHORIZED = 401;

/**
 * Waits until the page's address leads through to the backend.
 * @param {string} url
 * @param {{ signal?: AbortSignal, timeoutMs?: number, profile?: string }} [options]
 */
export async function waitForPage(url, { signal, timeoutMs = TIMEOUT_MS } = {}) {
  let last = "no answer";
  const good = await waitUntil(
    async () => {
      signal?.throwIfAborted();
      try {
        const response = await fetch(`${url}/api/tasks`, { signal: AbortSignal.timeout(5000) });
        await response.arrayBuffer();
        last = `status ${response.status}`;
        return response.status === UNAUTHORIZED;
      } catch (error) {
        last = error instanceof Error ? String(error.cause ?? error.message) : String(error);
        return false;
      }
    },
    timeoutMs,
    200,
  );
  if (!good) {
    throw new UserError(`the page at ${url} does not answer (${last}): npm run logs shows what the pods say`);
  }
}
