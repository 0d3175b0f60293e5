import { pino } from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Db } from "../domain/context.ts";
import { Hub } from "./hub.ts";

/** A hub that never gets to ask the database. */
function makeHub(): Hub {
  vi.useFakeTimers();
  const hub = new Hub({} as Db, pino({ level: "silent" }));
  onTestFinished(() => {
    hub.close();
    vi.useRealTimers();
  });
  return hub;
}

describe("a hub", () => {
  it("tells each watcher of a run until it stops watching, and nobody else", () => {
    const hub = makeHub();
    const [first, second, other] = [vi.fn(), vi.fn(), vi.fn()];
    const stop = hub.watchRun("run-1", first);
    hub.watchRun("run-1", second);
    hub.watchRun("run-2", other);
    hub.publishChunks("run-1", []);
    stop();
    hub.publishStatus("run-1", "done");
    expect(first.mock.calls).toEqual([[{ chunks: [] }]]);
    expect(second.mock.calls).toEqual([[{ chunks: [] }], [{ status: "done" }]]);
    expect(other).not.toHaveBeenCalled();
  });
});
