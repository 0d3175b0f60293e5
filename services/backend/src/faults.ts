import { AsyncLocalStorage } from "node:async_hooks";

/** The first fault of the work that is being watched. */
const current = new AsyncLocalStorage<{ fault?: unknown }>();

/** Tells whoever watches the current work of a fault below it, which the work itself may swallow. */
export function noticeFault(error: unknown): void {
  const watched = current.getStore();
  if (watched) watched.fault ??= error;
}

/**
 * Does `work` of a library that takes a database which is away for a session that is none, and gives what it gives.
 * @throws the first fault that was noticed below it, whatever it made of that
 */
export async function withoutSwallowing<T>(work: () => Promise<T>): Promise<T> {
  const watched: { fault?: unknown } = {};
  let result: T;
  try {
    result = await current.run(watched, work);
  } catch (error) {
    throw watched.fault ?? error;
  }
  if (watched.fault !== undefined) throw watched.fault;
  return result;
}
