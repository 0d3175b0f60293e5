import { adding, addRows, bareTask } from "./fit/add.ts";
import { changeRows } from "./fit/change.ts";
import { isBulletList } from "./fit/drafts.ts";
import { readFind } from "./fit/find.ts";
import { finishRows, reopenRows } from "./fit/finish.ts";
import type { Row, Said } from "./fit/row.ts";
import { sayRows } from "./fit/say.ts";
import { undoRows } from "./fit/undo.ts";
import { isEnglish } from "./mark/english.ts";
import { even, plain } from "./mark/even.ts";
import { type Marked, mark } from "./mark/mark.ts";
import type { Frame } from "./types.ts";
import type { Clock } from "./when/calendar.ts";

/** All ways to say something, in the order in which they are tried. */
export const rows: readonly Row[] = [...sayRows, ...undoRows, ...reopenRows, ...changeRows, ...finishRows, ...addRows];

/** A clause with what was made of it. */
type Parsed = {
  readonly frame: Frame;
  /** What follows may belong to the user's own text. */
  readonly free: boolean;
  /** It opens with a word of order, so that it can part another clause's free text. */
  readonly plainly: boolean;
  readonly negated: boolean;
  readonly states: boolean;
  /** Nothing but a date, a priority or tags: more of what stands before it. */
  readonly details: boolean;
};

const LONGEST_CLAUSE = 600;
const MOST_SEGMENTS = 200;
const HEADED = /^[^\n:]{1,60}:\s*\n/;
// The separators that may part two orders; which of them do so depends on what stands right of them.
const separators =
  /(\s*;\s*|\n+|(?<!\b(?:dr|mr|mrs|ms|st|prof|nr|vs|apt))[.!?]+\s+|,?\s+(?:and then|and also|and|then|also|but|plus)\s+|\s+&\s+|,\s+)/i;
const greeting =
  /^(?:(?:hi|hello|hey|hiya|yo|good (?:morning|afternoon|evening|day)|greetings|howdy|salam|salaam|assalam o alaikum)(?: (?:there|again|assistant|bot|everyone))?[ !.,?]*)+(?:how are you(?: (?:today|doing))?[ !.?]*)?$/i;
const thanks =
  /^(?:(?:many |ok |okay |great |no )?(?:thanks|thank you|thx|ty|cheers|great|cool|nice|perfect|awesome|ok|okay|good|good job|well done|got it|super|wonderful|bye|goodbye|that's (?:great|perfect|all|good))(?: (?:a lot|so much|very much|again|you|job|work))?[ !.,]*){1,4}$/i;
const question =
  /^(?:how|why|what|what's|whats|which|who|who's|when|where|where's|is|are|was|were|did|does|do (?:i|you|we)|have|has|had|should|shall|can i|could i|may i|might|am|if|whether|suppose|imagine|would)\b/i;
const strongStart = /^(?:add|create|remind me|don't (?:let me )?forget|new task|todo:)/i;
const askingStart = /^(?:show|list|display|what|which|how many|give|tell|view)\b/i;

/**
 * Reads a message into the frames that it holds, in their order. An empty list means that it says nothing.
 * @param message as it was typed; quotes keep what is in them from being read
 * @param clock when and where it was said: dates come out absolute, in that zone
 */
export function read(message: string, clock: Clock): Frame[] {
  const text = even(message);
  if (text === "") return [];
  if (text.length < 100 && greeting.test(text)) return [{ do: "say", topic: "greeting" }];
  if (text.length < 100 && thanks.test(text)) return [{ do: "say", topic: "thanks" }];
  const marked = mark(text, clock);
  const reader = new Reader(marked, clock);
  if (isBulletList(marked.text)) return [reader.add(marked.text)];
  const frames = reader.split();
  // "Delete task 3. No, never mind": who takes it back gets none of it.
  const takenBack = frames.find((frame) => frame.do === "say" && frame.topic === "never-mind");
  if (takenBack !== undefined) return [takenBack];
  const lost = frames.every((frame) => frame.do === "unknown");
  return lost && !isEnglish(text) ? [{ do: "say", topic: "other-language" }] : merge(frames);
}

class Reader {
  readonly #marked: Marked;
  readonly #clock: Clock;

  constructor(marked: Marked, clock: Clock) {
    this.#marked = marked;
    this.#clock = clock;
  }

  add(text: string): Frame {
    return adding(this.#said((name) => (name === "text" ? text : "")));
  }

  split(): Frame[] {
    const pieces = this.#marked.text.split(separators);
    const tooMany = pieces.length > MOST_SEGMENTS * 2;
    // A list under its heading is one clause whatever parts it.
    if (tooMany || HEADED.test(this.#marked.text)) {
      const { frame, free } = this.#clause(this.#marked.text, true);
      if (tooMany || (free && frame.do === "add")) return [frame];
    }
    const frames: Frame[] = [];
    let clause = pieces[0] ?? "";
    let first = this.#clause(clause, true);
    for (let at = 1; at < pieces.length; at += 2) {
      const glue = pieces[at] ?? "";
      const right = pieces[at + 1] ?? "";
      const next = this.#clause(right, /[.!?;\n]/.test(glue));
      if (parts(first, glue, next)) {
        frames.push(this.#clause(clause, true).frame);
        clause = right;
        first = next;
      } else {
        clause += glue + right;
      }
    }
    frames.push(this.#clause(clause, true).frame);
    return frames;
  }

  #said(part: Said["part"]): Said {
    return { part, marked: this.#marked, clock: this.#clock };
  }

  /** @param bare whether the clause may be a task by itself */
  #clause(said: string, bare: boolean): Parsed {
    const { text, asks } = plain(said);
    const asking = asks || question.test(text);
    const details = /^(?:[\uE100-\uE3FF]|[\s,.;]|and)+$/.test(text);
    const nothing = { free: false, plainly: false, negated: false, states: false, details };
    const words = this.#marked.restore(said.trim()).slice(0, 120);
    if (text === "") return { ...nothing, frame: { do: "unknown", words } };
    const found = readFind(text, this.#marked, this.#clock);
    if (found !== null) return { ...nothing, frame: found.frame, plainly: found.leads && askingStart.test(text) };
    for (const row of rows) {
      if (text.length > LONGEST_CLAUSE && row.frame !== "add") continue;
      // A title may end in a question mark, so "add" is an order even then; all else that asks changes nothing.
      if (asking && !row.asks && !(row.frame === "add" && !question.test(text))) continue;
      const match = row.pattern.exec(text);
      if (match === null) continue;
      const frame = row.build(this.#said((name) => (name === "0" ? match[0] : (match.groups?.[name] ?? ""))));
      if (frame === null) continue;
      const numbered = "what" in frame && frame.what.by === "numbers";
      return {
        frame,
        free: row.free === true,
        plainly: numbered || (frame.do === "add" && strongStart.test(text)),
        negated: frame.do === "say" && (frame.topic === "nothing" || frame.topic === "never-mind"),
        states: row.states === true,
        details,
      };
    }
    const task =
      bare && !asking
        ? bareTask(
            this.#said(() => ""),
            text,
          )
        : null;
    if (task !== null) return { ...nothing, frame: task, free: true };
    return { ...nothing, frame: { do: "unknown", words } };
  }
}

/** Whether a separator parts two orders. "Add wash and remove the stain" is one: "the stain" names no number. */
function parts(left: Parsed, glue: string, right: Parsed): boolean {
  // A "don't" holds for all that follows up to a "but" or the end of its sentence.
  if (left.negated && !/but|[.!?;\n]/i.test(glue)) return false;
  // "Delete everything but don't delete the rent" must not run by halves.
  if (right.negated) return !("what" in left.frame && /^(?:group|everything)$/.test(left.frame.what.by));
  const { frame } = right;
  if (frame.do === "unknown" || (left.frame.do === "add" && right.details)) return false;
  // "Groceries and rent are done": the left half is a task's name.
  if (right.states && left.frame.do === "unknown") return /[.!?;\n]/.test(glue);
  if (frame.do === "say") return !left.free && /[.!?\n]/.test(glue);
  if (left.free) return right.plainly || /[.!?]\s/.test(glue);
  if (frame.do === "find" && !right.plainly) return /[.!?;\n]/.test(glue);
  return true;
}

/** Neighbours of one kind become one, so that a long sentence stays within the turns of a run. */
function merge(frames: readonly Frame[]): Frame[] {
  const merged: Frame[] = [];
  for (const frame of frames) {
    const last = merged.at(-1);
    if (last?.do === "add" && frame.do === "add") {
      merged.splice(-1, 1, { do: "add", tasks: [...last.tasks, ...frame.tasks], told: [...last.told, ...frame.told] });
    } else if (
      last !== undefined &&
      (last.do === "complete" || last.do === "reopen" || last.do === "delete") &&
      frame.do === last.do &&
      last.what.by === "numbers" &&
      frame.what.by === "numbers"
    ) {
      const numbers = [...new Set([...last.what.numbers, ...frame.what.numbers])];
      merged.splice(-1, 1, { do: last.do, what: { by: "numbers", numbers } });
    } else merged.push(frame);
  }
  return merged;
}
