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

/** Text that PostgreSQL can store (no NUL, no half of a surrogate pair), without what nobody sees of it. */
export function text() {
  return z
    .string()
    .refine((value) => value.isWellFormed() && !value.includes("\0"), "must be well-formed text")
    .overwrite(withoutHidden);
}
