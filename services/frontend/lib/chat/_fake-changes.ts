import type { PastChange, ToolOutput } from "@todo/contract";
import type { FakeServer } from "../_fake-server.ts";
import { task } from "../_task.ts";

/** Test helper: what the server knows of the changes 1 to `count`, all made by the run `r`. */
export function fakeChanges(server: FakeServer, count: number, { atOnce = 1_000 } = {}) {
  /** What is taken back, by what. */
  const undone = new Map<number, number>();
  let last = count;
  const all = Array.from({ length: count }, (_, i) => count - i);

  function undo(events: number[]): ToolOutput {
    const changes = events.map((event): ToolOutput["changes"][number] => {
      last += 1;
      undone.set(event, last);
      return { kind: "updated", before: task(), after: task(), event: last };
    });
    return { changes };
  }

  server.on("POST /api/changes/undo", ({ body }) => {
    if (Array.isArray(body.changes)) {
      const named = new Set<number>(body.changes);
      const redone = [...undone].filter(([, by]) => named.has(by));
      for (const [event] of redone) undone.delete(event);
      return redone.length > 0 ? { changes: [] } : undo([...named]);
    }
    const effective = all.filter((event) => !undone.has(event));
    const left = Math.max(0, effective.length - atOnce);
    return { ...undo(effective.slice(0, atOnce)), ...(left > 0 && { left }) };
  });

  server.on("GET /api/changes", ({ query }) => {
    const items = all
      .filter((event) => undone.has(event) && event < Number(query.before ?? Number.POSITIVE_INFINITY))
      .slice(0, Number(query.limit));
    return { items: items.map((event): Partial<PastChange> => ({ event, undoneBy: undone.get(event) ?? 0 })) };
  });

  return { undone };
}
