import type { RunErrorCode } from "@todo/contract";
import type { Question } from "../domain/model-context.ts";
import type { JournaledResponse } from "../domain/run-log.ts";
import type { RunRow } from "../domain/runs.ts";
import type { RunLog } from "./run-log.ts";

/** A claimed run, as whoever answers in it gets it. */
export type ClaimedRun = {
  run: RunRow;
  log: RunLog;
  question: Question;
  /** What the model said in earlier attempts, first turn first. */
  journal: readonly JournaledResponse[];
  /** Whether the log has begun to tell the first turn that is not in the journal. */
  stepBegun: boolean;
};

/** What answers in a run. Every step of it can be cut off; the next attempt gets what the journal holds by then. */
export type Answerer = {
  /** Writes the answer to the run's log. Ends with it whole, or when it waits for an approval. */
  answer: (claimed: ClaimedRun, signal: AbortSignal) => Promise<"done" | "waiting">;
  /** Which kind of failure an error that `answer` threw is. */
  classify: (error: unknown) => Promise<RunErrorCode>;
};
