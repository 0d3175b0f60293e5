export { DRAFT_LIMITS } from "./fit/draft.ts";
export { even, words } from "./mark/even.ts";
export { read, rows } from "./read.ts";
export type { Draft, Due, Filter, Frame, Patch, Priority, Question, Selection, Topic } from "./types.ts";
export { type Clock, type Day, plusDays, plusMonths, type Time, wallClock, weekdayOf } from "./when/calendar.ts";
export { findWhens, readWhen, type When } from "./when/read-when.ts";
