import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { long, row, seedOf, tell } from "../../../../test/support/figures.ts";
import { keepLedger } from "../ledger/keep.ts";
import { findToxiproxy, openLocalPlace } from "../ledger/local-place.ts";

const SEED = seedOf(20_261_129);
/** How long the long form goes on at most. */
const MINUTES = Number(process.env["MINUTES"] ?? 40);

it("loses nothing that was acknowledged and does nothing twice, whatever dies, hangs or breaks off meanwhile", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "todo-history-"));
  const toxiproxy = findToxiproxy();
  const place = await openLocalPlace({ backends: long ? 3 : 2, toxiproxy, scale: long ? 1 : 0.3, logs: folder });
  onTestFinished(place.close);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  say(`seed ${SEED}`);
  for (const kind of place.missing) say(`not here: ${kind}`);
  const ledger = await keepLedger({
    place,
    file: path.join(folder, "history.jsonl"),
    seed: SEED,
    people: long ? 16 : 4,
    clients: long ? 2 : 1,
    gapMs: long ? [1_500, 4_000] : [500, 1_500],
    until: long ? { writes: 100_000, faults: 500, seconds: MINUTES * 60 } : { writes: 100, faults: 8, seconds: 20 },
    onProgress: long ? say : undefined,
  });
  const { findings, faults, acknowledged } = ledger;
  for (const { kind, what } of findings.slice(0, 50)) say(`${kind}: ${what}`);
  if (findings.length === 0) rmSync(folder, { recursive: true });
  else say(`the history is in ${folder}`);
  const total = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const countOf = (...kinds: string[]) => findings.filter(({ kind }) => kinds.includes(kind)).length;
  const none = { at: "most", limit: 0 } as const;
  const many = (value: number) => ({ value, unit: "" });
  tell(
    row(
      `ledger: changes and messages that were acknowledged, in ${ledger.requests} requests`,
      many(acknowledged),
      long ? { at: "least", limit: 100_000 } : undefined,
    ),
    row("ledger: messages among them, each answered with two tool calls", many(ledger.messages)),
    row(
      `ledger: faults (${[...faults].map(([kind, count]) => `${kind} ${count}`).join(", ")})`,
      many(total),
      long ? { at: "least", limit: 500 } : undefined,
    ),
    row("ledger: acknowledged and lost", many(countOf("acknowledged and lost")), none),
    row("ledger: done twice, or refused and done", many(countOf("done twice", "refused and done")), none),
    row("ledger: out of order", many(countOf("out of order")), none),
    row("ledger: messages without their one finished answer", many(countOf("without its one answer")), none),
    row('ledger: answers given up after three crashes, finished by "try again"', many(ledger.triedAgain)),
    row("ledger: audit, result, state or API differ", many(countOf("audit, result and state differ")), none),
    row(
      "ledger: rows that name another person, or logs left over",
      many(countOf("somebody else's", "left over")),
      none,
    ),
    row("ledger: requests of which nobody was told the end", many(ledger.unknown)),
    row("ledger: requests that were refused", many(ledger.refused)),
    row("ledger: longest time without any success", { value: ledger.longestGapMs / 1_000, unit: "s", digits: 1 }),
    row(`ledger: how long it went on, seed ${SEED}`, { value: ledger.seconds, unit: "s" }),
  );
  expect(findings).toEqual([]);
  expect(acknowledged).toBeGreaterThan(0);
  expect(total).toBeGreaterThan(0);
});
