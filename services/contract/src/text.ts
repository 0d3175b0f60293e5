import { z } from "zod";

/** What is not seen either, but belongs to scripts and emoji: joiners, marks of direction, selectors of a variant, fillers. */
const OF_SCRIPTS = [
  String.raw`\u200C\u200D`,
  String.raw`\u061C\u200E\u200F`,
  String.raw`\u180B-\u180D\u180F\uFE00-\uFE0F\u{E0100}-\u{E01EF}`,
  String.raw`\u115F\u1160`,
];

/**
 * What nobody sees, but what changes how the rest is read, or carries words past people to a model: controls, and all that
 * Unicode has programs not show (bidirectional overrides and isolates, tags, marks of zero width). Of each kind
 * that belongs to scripts a row is cut to one. Tags stay where they spell a flag, as England's.
 */
const HIDDEN = new RegExp(
  [
    String.raw`(\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,6}\u{E007F})`,
    String.raw`(?![\t\n\r])\p{Cc}`,
    String.raw`(?![${OF_SCRIPTS.join("")}])[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]`,
    ...OF_SCRIPTS.map((kind) => `(?<=[${kind}])[${kind}]+`),
  ].join("|"),
  "gu",
);

/** The text without what nobody sees of it: see `HIDDEN`. */
export function withoutHidden(value: string): string {
  return value.replace(HIDDEN, "$1");
}

/**
 * What of a text does not count as something: blanks, and what `HIDDEN` takes out, as the inside of a class of characters
 * that every dialect of regular expressions reads alike. A test compares it with the rule.
 */
export const UNSEEN = [
  String.raw`\u0001-\u0020\u007F-\u00A0\u00AD\u034F\u1680\u17B4\u17B5\u180E\u2000-\u200B\u2028-\u202F\u205F-\u206F`,
  String.raw`\u3000\u3164\uFEFF\uFFA0\uFFF0-\uFFFB`,
  // For characters beyond 16 bits the dialects know no common way to write them.
  "\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E00FF}\u{E01F0}-\u{E0FFF}",
].join("");

/** For descriptions: without NUL, which PostgreSQL does not store. */
const STORABLE = String.raw`^[^\u0000]*$`;
/** For descriptions: the same, with something to be seen. */
const SEEN = String.raw`^[^\u0000]*[^\u0000${UNSEEN}][^\u0000]*$`;

/**
 * A string that PostgreSQL can store (no NUL, no half of a surrogate pair), of at most `max` characters. An emoji is one
 * character here, as in JSON Schema, though JavaScript counts two.
 */
export function characters(max: number, tooLong = `must have ${max} characters at most`) {
  return z
    .string()
    .refine((value) => value.isWellFormed() && !value.includes("\0"), "must be well-formed text")
    .refine((value) => value.length <= max || [...value].length <= max, tooLong)
    .meta({ maxLength: max, pattern: STORABLE });
}

/** Text of at most `max` characters as it was sent, without what nobody sees of it. */
export function text(max: number, tooLong?: string) {
  return characters(max, tooLong).overwrite(withoutHidden);
}

/** The same, with something to be seen in it. */
export function someText(
  max: number,
  { tooLong, empty = "must not be empty" }: { tooLong?: string; empty?: string } = {},
) {
  return text(max, tooLong)
    .refine((value) => value.trim() !== "", empty)
    .meta({ pattern: SEEN });
}
