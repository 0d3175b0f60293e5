import { machine, type Row, table } from "../support/figures.ts";
import { startDatabase } from "./backend.ts";
import { type Calibration, calibrate, describeCalibrations, hasMoved } from "./calibration.ts";
import { measureFirstToken } from "./first-token.ts";
import { measureGrowth } from "./growth.ts";
import { measureIdleStreams } from "./idle-streams.ts";
import { measureListen } from "./listen.ts";
import { measurePageSize } from "./page-size.ts";
import { measureSessionRead } from "./session-read.ts";
import { measureStart } from "./start.ts";
import { measureStreams } from "./streams.ts";
import { measureTaskRead } from "./task-read.ts";

/**
 * `npm run bench`, or `npm run bench -- listen tokens` for some of it. Prints a table; fails when an aim is missed, or when
 * the machine's speed moved meanwhile, so that the figures say nothing.
 * `npm run bench -- growth long` seeds 5,000,000 rows of each kind instead of 50,000.
 */
const isLong = process.argv.includes("long");
const database = await startDatabase();
const measures: Record<string, () => Promise<Row[]>> = {
  listen: () => measureListen(database),
  tokens: () => measureFirstToken(database),
  tasks: () => measureTaskRead(database),
  sessions: () => measureSessionRead(database),
  streams: () => measureStreams(database),
  "idle-streams": () => measureIdleStreams(database),
  growth: () => measureGrowth(database, isLong ? 1_000_000 : 10_000),
  page: () => measurePageSize(database),
  start: () => measureStart(),
};
const wanted = process.argv.slice(2).filter((name) => name !== "long");
const rows: Row[] = [];
const calibrations: Calibration[] = [];
try {
  for (const [name, measure] of Object.entries(measures)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stderr.write(`Measuring ${name}…\n`);
    const before = calibrate();
    rows.push(...(await measure()));
    calibrations.push({ name, before, after: calibrate() });
  }
} finally {
  await database.stop();
}
console.log(`\n${machine()}\n`);
console.log(table(rows));
console.log(`\n${describeCalibrations(calibrations)}`);
const isVoid = calibrations.some(hasMoved);
if (isVoid) console.log("This run is void: the machine's speed moved by over 10 % while it measured.");
if (isVoid || rows.some((line) => line.met === false)) process.exitCode = 1;
