import { migrateToLatest } from "../../src/db/migrate.ts";
import { startModel } from "./asks.ts";
import { buildBackend } from "./build.ts";
import { Lane, type Round } from "./lane.ts";
import { Ledger } from "./ledger.ts";
import { createRandom } from "./random.ts";

export type PlayOptions = {
  /** Makes an empty database and gives its address. */
  createDatabase: () => Promise<string>;
  /** The rounds to play, in this order as far as lanes are free. */
  rounds: readonly Round[];
  /** How many pairs of backends work beside each other, each pair on a database of its own. */
  lanes: number;
  seed: number;
  /** Aborted to end after the rounds that are under way. */
  signal?: AbortSignal;
  onRound?: (played: number, ledger: Ledger) => void;
};

/** Plays rounds and gives the ledger. Everything it started has ended then. */
export async function playRounds(options: PlayOptions): Promise<Ledger> {
  const { createDatabase, rounds, lanes: wanted, seed, signal, onRound } = options;
  const ledger = new Ledger();
  const random = createRandom(seed);
  const build = buildBackend();
  const model = await startModel();
  const lanes: Lane[] = [];
  const left = [...rounds];
  let played = 0;
  const work = async (lane: Lane) => {
    for (let round = left.shift(); round !== undefined && !signal?.aborted; round = left.shift()) {
      await lane.play(round);
      onRound?.(++played, ledger);
    }
  };
  try {
    for (let i = 0; i < Math.min(wanted, rounds.length); i++) {
      const databaseUrl = await createDatabase();
      await migrateToLatest(databaseUrl);
      lanes.push(await Lane.open({ dist: build.dist, databaseUrl, modelUrl: model.url }, ledger, random.fork()));
    }
    await Promise.all(lanes.map(work));
  } finally {
    left.length = 0;
    await Promise.all(lanes.map((lane) => lane.close()));
    await model.close();
    build.remove();
  }
  return ledger;
}
