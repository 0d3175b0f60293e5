import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../faults/random.ts";
import { clock, type History } from "./history.ts";

/**
 * Something that can go wrong. `holds` names what nothing else may touch meanwhile; `inflict` begins it and gives what
 * ends it, after `ms`.
 */
export type Fault = {
  kind: string;
  target: string;
  holds: readonly string[];
  ms: readonly [from: number, to: number];
  inflict: (random: Random) => Promise<() => Promise<void>>;
};

export type NemesisOptions = {
  faults: readonly Fault[];
  history: History;
  random: Random;
  /** Between the beginnings of two faults. */
  gapMs: readonly [from: number, to: number];
  stop: AbortSignal;
  onFault?: (count: number) => void;
};

/**
 * Disturbs a system: every few seconds one fault of a random kind, each kind once before one comes again, beside those
 * that still last. What it does is decided by its random numbers alone, but for what is held by a fault that lasts.
 * @returns how many it has inflicted, of each kind; all of them have ended then
 */
export async function disturb(options: NemesisOptions): Promise<Map<string, number>> {
  const { faults, history, random, gapMs, stop, onFault } = options;
  const counts = new Map<string, number>();
  const held = new Set<string>();
  const lasting = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let deck: string[] = [];
  let total = 0;

  const inflict = async (fault: Fault) => {
    const note = { fault: fault.kind, target: fault.target };
    await history.append({ type: "begin", at: clock(), ...note });
    const end = await fault.inflict(random.fork());
    await sleep(random.between(...fault.ms), undefined, { signal: stop }).catch(() => undefined);
    await end();
    await history.append({ type: "end", at: clock(), ...note });
  };

  while (!stop.aborted && failures.length === 0) {
    await sleep(random.between(...gapMs), undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) break;
    if (deck.length === 0) deck = shuffled([...new Set(faults.map(({ kind }) => kind))], random);
    const free = faults.filter(({ holds }) => holds.every((name) => !held.has(name)));
    const kind = deck.find((name) => free.some((fault) => fault.kind === name));
    const targets = free.filter((fault) => fault.kind === kind);
    const fault = targets[random.between(0, targets.length)];
    if (kind === undefined || !fault) continue;
    deck.splice(deck.indexOf(kind), 1);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    onFault?.(++total);
    for (const name of fault.holds) held.add(name);
    const lasts: Promise<void> = inflict(fault)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        for (const name of fault.holds) held.delete(name);
        lasting.delete(lasts);
      });
    lasting.add(lasts);
  }
  await Promise.all(lasting);
  if (failures.length > 0) throw new AggregateError(failures, "the nemesis could not begin or end a fault");
  return counts;
}

function shuffled<T>(values: T[], random: Random): T[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.between(0, i + 1);
    [values[i], values[j]] = [values[j] as T, values[i] as T];
  }
  return values;
}
