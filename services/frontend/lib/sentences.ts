/** The end of a sentence (its mark, closing quotes, white space) or of a line. */
const boundary = /[.!?…]["'”’)\]]*\s+|\n+/g;

/**
 * Where the last finished sentence of a growing text ends, looking from `from` on. What stands between the two can be
 * read out; the rest is still being written.
 */
export function endOfSentences(text: string, from: number): number {
  let end = from;
  for (const match of text.slice(from).matchAll(boundary)) end = from + match.index + match[0].length;
  return end;
}
