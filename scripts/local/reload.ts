import type { Changes } from "../watch.ts";
import type { Running } from "./service.ts";
import type { Supervised } from "./supervise.ts";
import { errorMessage } from "./user-error.mjs";

export type ReloadOptions = {
  name: string;
  /** Gets the files that changed, none at the first start. */
  launch: (changed: string[]) => Promise<Running>;
  changes: Changes;
  say: (line: string) => void;
};

/**
 * Starts something, and anew whenever files change. What ends by itself, or does not start, waits for the next change; a
 * fault at the first start is the caller's to see.
 */
export async function reload({ name, launch, changes, say }: ReloadOptions): Promise<Supervised> {
  const controller = new AbortController();
  const { signal } = controller;
  let current: Running | undefined = await launch([]);

  const watchOver = async (service: Running) => {
    const how = await service.ended;
    if (current === service && !signal.aborted) say(`The ${name} ended (${how}): your next change starts it again.`);
  };
  const renew = async (changed: string[]) => {
    const began = Date.now();
    const before = current;
    current = undefined;
    await before?.stop();
    try {
      current = await launch(changed);
      void watchOver(current);
      say(`${changed[0]}: the ${name} runs it (${((Date.now() - began) / 1000).toFixed(1)} s).`);
    } catch (error) {
      if (!signal.aborted) say(`${changed[0]}: ${errorMessage(error)}`);
    }
  };
  const follow = async () => {
    while (!signal.aborted) await renew(await changes.next(signal));
  };

  void watchOver(current);
  const following = follow().catch((error: unknown) => {
    // It ends by being aborted.
    if (!signal.aborted) throw error;
  });
  const end = (way: "stop" | "kill") => async () => {
    controller.abort();
    await changes.close();
    await following;
    await current?.[way]();
  };
  return { stop: end("stop"), kill: end("kill") };
}
