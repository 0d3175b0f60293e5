import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import pg from "pg";
import { startTestPostgres } from "../../../../scripts/local/postgres.ts";
import { rounds } from "./lane.ts";
import { playRounds } from "./play.ts";

// npm run test:faults -- [--rounds 100] [--lanes 4] [--seed 1] [--only tool:after,zombie]
// Kills and freezes backends at every place that matters, and counts what got lost, doubled, stuck or told wrongly.

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "100" },
      lanes: { type: "string", default: "4" },
      seed: { type: "string", default: String(randomInt(2 ** 31)) },
      only: { type: "string", default: rounds.join() },
    },
  });
  const chosen = rounds.filter((round) => values.only.split(",").includes(round));
  const count = Number(values.rounds);
  const all = Array.from({ length: count }, () => chosen).flat();
  const seed = Number(values.seed);
  print(`${all.length} rounds on ${values.lanes} pairs of backends, seed ${seed}`);

  const postgres = await startTestPostgres();
  const interrupted = new AbortController();
  // The second time it ends at once; the backends then end by themselves.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interrupted.abort());
  const began = performance.now();
  let databases = 0;
  try {
    const ledger = await playRounds({
      createDatabase: () => createDatabase(postgres.url, `faults_${++databases}`),
      rounds: all,
      lanes: Number(values.lanes),
      seed,
      signal: interrupted.signal,
      onRound: (played, { total, problems }) => {
        for (const problem of problems.splice(0)) print(problem);
        if (played % 10 !== 0 && played !== all.length) return;
        const seconds = Math.round((performance.now() - began) / 1_000);
        print(`${played} of ${all.length} rounds, ${total.operations} answers, ${seconds} s`);
      },
    });
    if (interrupted.signal.aborted) print("interrupted");
    print(`\n${ledger.table()}\n\nseed ${seed}, ${ledger.clean ? "all is well" : "something went wrong"}`);
    return ledger.clean && !interrupted.signal.aborted ? 0 : 1;
  } finally {
    await postgres.stop();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function createDatabase(admin: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return url.href;
}

process.exitCode = await main();
// The pool that served the requests of the readers would keep this process for a while.
process.exit();
