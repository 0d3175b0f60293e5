import type { Chunk } from "@todo/contract";
import { type JournaledResponse, recordTurn } from "../domain/run-log.ts";
import type { RunRow } from "../domain/runs.ts";
import { failpoint } from "../failpoint.ts";
import type { RunLog } from "./run-log.ts";

/**
 * Writes down what the model said in a turn (from 1) together with the chunks that show it, before anything is done
 * about it.
 * @throws LeaseLost
 */
export async function storeTurn(
  { run, log }: { run: Pick<RunRow, "id" | "userId">; log: RunLog },
  turn: number,
  response: JournaledResponse,
  chunks: Chunk[],
): Promise<void> {
  failpoint("journal:before");
  await log.commit(async (ctx) => {
    await recordTurn(ctx, run, turn, response);
    return { chunks, value: undefined };
  });
  failpoint("journal:after");
}
