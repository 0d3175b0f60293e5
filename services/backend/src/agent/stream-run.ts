import type { Chunk, RunStatus } from "@todo/contract";
import type { Db } from "../db/database.ts";
import { firstSeqAfterAttempt, listChunks, type LoggedChunk } from "../db/queries/run-log.ts";
import { listProgress } from "../db/queries/runs.ts";
import type { Hub } from "./hub.ts";

/** Where a reader of a run's log is. As text, `run.attempt.seq`, it is the `id` of each event. */
export type Cursor = { runId: string; attempt: number; seq: number };

export function parseCursor(id: string | undefined): Cursor | undefined {
  const parts = /^([0-9a-f-]{36})\.(\d{1,9})\.(\d{1,9})$/.exec(id ?? "");
  return parts?.[1] ? { runId: parts[1], attempt: Number(parts[2]), seq: Number(parts[3]) } : undefined;
}

const PAGE = 200;
const isLive = (status: RunStatus) => status === "queued" || status === "running";

/**
 * Tells a run's log from `from` (or its beginning) until the run has ended or waits for an approval, each chunk once
 * and in order, whichever replica writes it. Returns early when `signal` is aborted.
 */
export async function streamRun(
  deps: { db: Db; hub: Hub },
  run: { id: string },
  from: Cursor | undefined,
  tell: (chunk: Chunk, id: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { db, hub } = deps;
  let seq = await startOf(db, run.id, from);
  const fresh: LoggedChunk[] = [];
  let look = true;
  let wake = () => {};
  const stopWatching = hub.watchRun(run.id, (news) => {
    if (typeof news === "object" && "chunks" in news) fresh.push(...news.chunks);
    else look = true;
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  const tellAll = (chunks: readonly LoggedChunk[]) => {
    for (const { chunk, attempt, seq: at } of chunks) {
      if (at !== seq + 1) continue;
      seq = at;
      tell(chunk, `${run.id}.${attempt}.${at}`);
    }
  };
  try {
    while (!signal.aborted) {
      const committed = fresh.splice(0);
      // A gap means that another replica wrote in between: only the table knows that.
      if (committed.length > 0 && (committed[0]?.seq ?? 0) > seq + 1) look = true;
      tellAll(committed);
      if (look) {
        look = false;
        // Status first: what is in the log by then was written before it ended.
        const [progress] = await listProgress(db, [run.id]);
        let page = await listChunks(db, run.id, seq, PAGE);
        tellAll(page);
        while (page.length === PAGE) {
          page = await listChunks(db, run.id, seq, PAGE);
          tellAll(page);
        }
        if (!progress || !isLive(progress.status)) return;
        continue;
      }
      if (fresh.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (signal.aborted || look || fresh.length > 0) resolve();
        });
      }
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    stopWatching();
  }
}

/**
 * The place to go on from. A later attempt than the reader knows may have written anew what the reader had already
 * (PostgreSQL may lose the last moments of text when it is killed itself): then everything is told again, and the first
 * chunk, `start`, has the reader begin anew, too.
 */
async function startOf(db: Db, runId: string, from: Cursor | undefined): Promise<number> {
  if (from?.runId !== runId) return 0;
  const rewritten = await firstSeqAfterAttempt(db, runId, from.attempt);
  return rewritten !== undefined && rewritten <= from.seq ? 0 : from.seq;
}
