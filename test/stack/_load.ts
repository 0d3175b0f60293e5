import { setTimeout as delay } from "node:timers/promises";

const EVERY_MS = 40;

/**
 * Asks several addresses again and again, each about 25 times a second, while some work is done. A request fails when
 * there is no answer, or another one than expected.
 */
export async function underLoad(
  expected: Record<string, number>,
  work: () => Promise<unknown>,
): Promise<{ asked: number; failures: string[] }> {
  const failures: string[] = [];
  let asked = 0;
  let done = false;
  const ask = async (url: string, status: number) => {
    while (!done) {
      const began = performance.now();
      const got = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        (error: unknown) => String(error instanceof Error ? (error.cause ?? error) : error),
      );
      asked += 1;
      if (got !== status) failures.push(`${url}: ${got}`);
      await delay(Math.max(0, EVERY_MS - (performance.now() - began)));
    }
  };
  const asking = Object.entries(expected).map(([url, status]) => ask(url, status));
  try {
    await work();
  } finally {
    done = true;
    await Promise.all(asking);
  }
  return { asked, failures };
}
