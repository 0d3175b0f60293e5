import { addRows } from "./grammar/add.ts";
import { changeRows } from "./grammar/change.ts";
import { finishRows, reopenRows } from "./grammar/finish.ts";
import type { Row } from "./grammar/row.ts";
import { talkRows } from "./grammar/talk.ts";
import { undoRows } from "./grammar/undo.ts";

/** All that the assistant understands besides lists (`lists.ts`), in the order in which it is tried. */
export const grammar: readonly Row[] = [
  ...talkRows,
  ...undoRows,
  ...reopenRows,
  ...changeRows,
  ...finishRows,
  ...addRows,
];
