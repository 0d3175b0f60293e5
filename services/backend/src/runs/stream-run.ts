import type { Chunk, RunStatus } from "@todo/contract";
import type { Db } from "../domain/context.ts";
import type { LoggedChunk } from "../domain/end-run.ts";
import { isRewritten, listRunProgress, readLog } from "../domain/run-log.ts";
import type { Hub } from "./hub.ts";
import type { Worker } from "./worker.ts";

/** Where a reader of a run's log is. As text, `run.attempt.seq`, it is the `id` of each event. */
export type Cursor = { runId: string; attempt: number; seq: number };

export function parseCursor(id: string | undefined): Cursor | undefined {
  const parts = /^([0-9a-f-]{36})\.(\d{1,9})\.(\d{1,9})$/.exec(id ?? "");
  return parts?.[1] ? { runId: parts[1], attempt: Number(parts[2]), seq: Number(parts[3]) } : undefined;
}

export function formatCursor({ runId, attempt, seq }: Cursor): string {
  return `${runId}.${attempt}.${seq}`;
}

const PAGE = 200;
const isLive = (status: RunStatus) => status === "queued" || status === "running";

/**
 * Tells a run's log from `from` (or its beginning) until the run has ended or waits for an approval, each chunk once
 * and in order, whichever replica writes it. Returns early when `signal` is aborted.
 * `caughtUp`: nothing has been written after `from`, so there is no need to look before news come.
 * A run that nobody works on is offered to this replica's worker at once: its reader mostly came from the one that ended.
 */
export async function streamRun(
  deps: { db: Db; hub: Hub; worker: Pick<Worker, "wake"> },
  run: { id: string },
  from: Cursor | undefined,
  tell: (chunk: Chunk, id: string) => void,
  signal: AbortSignal,
  options: { caughtUp?: boolean } = {},
): Promise<void> {
  const { db, hub, worker } = deps;
  let { attempt, seq } = from?.runId === run.id ? from : BEGINNING;
  const fresh: LoggedChunk[] = [];
  let look = options.caughtUp !== true;
  let wake = () => {};
  const stopWatching = hub.watchRun(run.id, (news) => {
    if (typeof news === "object" && "chunks" in news) fresh.push(...news.chunks);
    else look = true;
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  const tellAll = (chunks: readonly LoggedChunk[]) => {
    for (const { chunk, attempt: by, seq: at } of chunks) {
      if (at !== seq + 1) continue;
      seq = at;
      attempt = by;
      tell(chunk, formatCursor({ runId: run.id, attempt, seq }));
    }
  };
  try {
    while (!signal.aborted) {
      const committed = fresh.splice(0);
      // After a gap (another replica wrote in between) and with a new attempt, only the table knows how it goes on.
      if ((committed[0]?.seq ?? 0) > seq + 1 || committed.some((logged) => logged.attempt > attempt)) look = true;
      else tellAll(committed);
      if (look) {
        look = false;
        // Status first: what is in the log by then was written before it ended.
        const [progress] = await listRunProgress(db, [run.id]);
        if (progress?.status === "queued") worker.wake();
        for (let more = true; more; ) {
          const page = await readLog(db, run.id, seq, PAGE);
          const newest = page.at(-1)?.attempt ?? progress?.attempt ?? 0;
          if (newest > attempt && (await isRewritten(db, run.id, attempt, seq))) {
            ({ attempt, seq } = BEGINNING);
            continue;
          }
          tellAll(page);
          more = page.length === PAGE;
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

/** The first chunk of a log, `start`, is written by the first attempt. */
const BEGINNING = { attempt: 1, seq: 0 };
