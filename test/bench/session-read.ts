import path from "node:path";
import { ROOT } from "../../scripts/local/paths.mjs";
import { signUp } from "../support/accounts.ts";
import { median, type Row, row } from "../support/figures.ts";
import { type Database, startProcess } from "./backend.ts";
import { closedLoop } from "./load.ts";
import { seed, taskList } from "./task-read.ts";

const PAIRS = 7;
const SECONDS = 3;
const CONNECTIONS = 20;

/**
 * What our own reading of a session saves: the task read by one process, once with each, in turn. If this comes within
 * a tenth, `session-reader.ts` is not worth having.
 */
export async function measureSessionRead(database: Database): Promise<Row[]> {
  const script = path.join(ROOT, "services/backend/test/scripted-backend.ts");
  const backend = await startProcess([script], { DATABASE_URL: database.url });
  const { cookie, userId } = await signUp(backend.url);
  await seed(database.url, userId);
  const read = async (prefix: string) =>
    (await closedLoop(taskList({ ...backend, url: backend.url + prefix }, cookie), CONNECTIONS, SECONDS)).rate;
  const rates: { ours: number; library: number }[] = [];
  for (let i = 0; i <= PAIRS; i++) {
    const rate = { ours: await read(""), library: await read("/library") };
    // The first pair warms both up.
    if (i > 0) rates.push(rate);
  }
  await backend.stop();
  const library = { name: "sessions read by better-auth", value: median(rates.map((rate) => rate.library)) };
  const ours = { value: median(rates.map((rate) => rate.ours)), unit: "/s" };
  return [row(`50 of 10,000 tasks, ${PAIRS} pairs: requests a second (median)`, ours, undefined, library)];
}
