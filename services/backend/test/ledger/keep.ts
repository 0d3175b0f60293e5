import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { signUp } from "../../../../test/support/accounts.ts";
import { eventually } from "../../../../test/support/eventually.ts";
import { createRandom } from "../faults/random.ts";
import { checkPerson, checkTotals } from "./check.ts";
import { Client, type Person } from "./client.ts";
import type { Finding } from "./finding.ts";
import { History, type Op, readHistory } from "./history.ts";
import type { Place } from "./local-place.ts";
import { disturb } from "./nemesis.ts";
import { CANARY, countActiveRuns, readFacts, readTotals } from "./read-back.ts";

export type LedgerOptions = {
  place: Place;
  /** Where the history is written. */
  file: string;
  seed: number;
  people: number;
  /** Clients of each person that change tasks, beside the one that talks. */
  clients: number;
  pauseMs?: number;
  gapMs: readonly [number, number];
  /** It goes on until all of these are reached, or until it has lasted too long. */
  until: { writes: number; faults: number; seconds: number };
  onProgress?: (line: string) => void;
};

export type Ledger = {
  findings: Finding[];
  /** Changes of one task, and messages. */
  acknowledged: number;
  /** In how many requests. */
  requests: number;
  messages: number;
  /** Answers that were given up after three crashes, and that "try again" has finished. */
  triedAgain: number;
  unknown: number;
  refused: number;
  faults: Map<string, number>;
  /** Longest time in which nobody was told of any success, in milliseconds. */
  longestGapMs: number;
  seconds: number;
};

const PROGRESS_MS = 30_000;

/** Works on a system while it is disturbed, has it healed, and compares what everybody was told with what is there. */
export async function keepLedger(options: LedgerOptions): Promise<Ledger> {
  const { place, file, seed, people: size, clients: perPerson, pauseMs = 0, gapMs, until, onProgress } = options;
  const random = createRandom(seed);
  const people: Person[] = [];
  for (let i = 0; i < size; i++) people.push(await enrol(place.urls[0] ?? ""));
  const history = new History(file);
  const stop = new AbortController();
  const began = performance.now();
  let faults = 0;
  const nemesis = disturb({
    faults: place.faults,
    history,
    random: random.fork(),
    gapMs,
    stop: stop.signal,
    onFault: (count) => {
      faults = count;
    },
  });
  // It ends with a failure of the nemesis, which is then told below.
  nemesis.catch(() => stop.abort());
  const work = people.flatMap((person) => {
    const client = () => {
      const { urls } = place;
      return new Client({ person, urls, history, random: random.fork(), stop: stop.signal, pauseMs });
    };
    return [client().talk(), ...Array.from({ length: perPerson }, () => client().work())];
  });
  const failed = Promise.all(work).catch((error: unknown) => {
    stop.abort();
    throw error;
  });
  failed.catch(() => undefined);
  const seconds = () => (performance.now() - began) / 1_000;
  for (let told = 0; !stop.signal.aborted; ) {
    await sleep(100);
    const enough = history.acknowledged >= until.writes && faults >= until.faults;
    if (enough || seconds() > until.seconds) stop.abort();
    if (performance.now() - told < PROGRESS_MS) continue;
    told = performance.now();
    onProgress?.(`${Math.round(seconds())} s: ${history.acknowledged} writes acknowledged, ${faults} faults`);
  }
  const inflicted = await nemesis;
  await place.heal();
  await failed;
  const lasted = seconds();
  await history.close();

  const db = new pg.Pool({ connectionString: place.databaseUrl, max: 2 });
  db.on("error", () => undefined);
  try {
    await eventually("no run is active", async () => (await countActiveRuns(db, people)) === 0, {
      timeoutMs: 90_000,
      everyMs: 500,
    }).catch(() => onProgress?.("some runs have not ended"));
    onProgress?.("reading everything back");
    const { ops } = await readHistory(file);
    return {
      findings: await examine(db, place.urls[0] ?? "", people, ops),
      acknowledged: ops.reduce((sum, { outcome, changes = 1 }) => sum + (outcome === "ok" ? changes : 0), 0),
      requests: ops.filter(({ outcome }) => outcome === "ok").length,
      messages: ops.filter(({ outcome, write }) => outcome === "ok" && write === "message").length,
      triedAgain: history.triedAgain,
      unknown: ops.filter(({ outcome }) => outcome === "info").length,
      refused: ops.filter(({ outcome }) => outcome === "fail").length,
      faults: inflicted,
      longestGapMs: longestGap(ops),
      seconds: lasted,
    };
  } finally {
    await db.end();
  }
}

/** Reads everything back and checks it. */
export async function examine(
  db: pg.Pool,
  url: string,
  people: readonly Person[],
  ops: readonly Op[],
): Promise<Finding[]> {
  const byPerson = Map.groupBy(ops, ({ userId }) => userId);
  const findings = checkTotals(await readTotals(db, people));
  for (const person of people) {
    const facts = await readFacts(db, url, person);
    findings.push(...checkPerson(byPerson.get(person.session.userId) ?? [], facts));
    const shown = JSON.stringify([facts.listedTasks, facts.listedMessages]);
    const others = shown.match(new RegExp(CANARY, "g"))?.filter((canary) => canary !== person.canary) ?? [];
    findings.push(...others.map((what) => ({ kind: "somebody else's" as const, what })));
  }
  return findings;
}

/** Somebody new. */
export async function enrol(url: string): Promise<Person> {
  return { session: await signUp(url), canary: `canary${randomBytes(4).toString("hex")}` };
}

function longestGap(ops: readonly Op[]): number {
  const ends = ops.flatMap(({ outcome, over }) => (outcome === "ok" ? [over] : [])).sort((a, b) => a - b);
  return ends.reduce((longest, end, i) => Math.max(longest, end - (ends[i - 1] ?? end)), 0);
}
