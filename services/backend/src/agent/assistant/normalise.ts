/**
 * Text as people type it, made even: straight quotes, single spaces, no invisible characters. Quoted spans are swapped
 * for one private-use character each, so that no pattern can read commands, dates or numbers out of them.
 */
const firstMask = 0xe000;
const lastMask = 0xf8ff;
const maskPattern = /[\uE000-\uF8FF]/g;

export type Masked = {
  readonly text: string;
  /** The text with its quotes, as it was written. */
  restore(text: string): string;
  /** The inside of the quotes when the text is one quoted span and nothing else. */
  quoted(text: string): string | null;
};

/** Straightens quotes and spaces and drops what cannot be seen. */
export function tidy(text: string): string {
  return (
    text
      .normalize("NFC")
      // Private-use characters are ours; direction marks could make a title read other than it is stored.
      .replace(/[\uE000-\uF8FF\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, "")
      .replace(/[\u2018\u2019\u201B\u02BC\u00B4`]/g, "'")
      .replace(/[\u201C-\u201F\u00AB\u00BB]/g, '"')
      .replace(/\r\n?/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is dropped
      .replace(/[\u0000-\u0009\u000B-\u001F\u007F\u00A0\u202F\u3000 ]+/g, " ")
      .replace(/ ?\n ?/g, "\n")
      .trim()
  );
}

/** Hides quoted spans. A single quote opens only at the start of a word, so that apostrophes stay what they are. */
export function maskQuotes(text: string): Masked {
  const spans: string[] = [];
  const hide = (span: string): string => {
    if (firstMask + spans.length > lastMask) return span;
    spans.push(span);
    return String.fromCharCode(firstMask + spans.length - 1);
  };
  const span = (mask: string): string => spans[mask.charCodeAt(0) - firstMask] ?? "";
  const masked = text
    .replace(/"[^"\n]{1,400}"/g, hide)
    .replace(/(?<=^|[\s:(,])'(?:[^'\n]|'(?=\p{L})){1,400}'(?=$|[\s.,;:!?)])/gu, hide);
  return {
    text: masked,
    // A single-quoted span may hold a double-quoted one.
    restore: (part) => part.replace(maskPattern, span).replace(maskPattern, span),
    quoted: (part) => {
      const only = part.trim();
      if (only.length !== 1 || only.search(maskPattern) !== 0) return null;
      return span(only).slice(1, -1).replace(maskPattern, span).trim();
    },
  };
}

const politeStart =
  /^(?:(?:hey|hi|hello|ok|okay|please|pls|plz|kindly|now|then|also|and|but|so|well|just|oh|yes|thanks|assistant|can you|could you|would you|will you|can u|you can|go ahead and|i want you to|i'd like you to|i would like you to|i would like to|i'd like to|i want to|i wanna|let's|help me)(?:[ ,!:]+|$))/i;
const politeEnd =
  /(?:[ ,]+(?:please|pls|plz|thanks|thank you|thx|for me please|would you|will you|could you|can you|ok|okay))$/i;

export type Clause = {
  readonly text: string;
  /** It ended in a question mark and was not a polite request. */
  readonly asks: boolean;
};

/** Takes "please", "could you" and the like from both ends, and the closing punctuation. */
export function plain(clause: string): Clause {
  let text = clause.trim();
  let polite = false;
  let before = "";
  while (before !== text) {
    before = text;
    const opening = politeStart.exec(text)?.[0] ?? "";
    if (/please|pls|you/i.test(opening)) polite = true;
    text = text.slice(opening.length).trimStart();
  }
  const end = /[\s.!?,;]*$/.exec(text.slice(-20))?.[0] ?? "";
  text = text.slice(0, text.length - end.length);
  for (before = ""; before !== text; ) {
    before = text;
    text = text.replace(politeEnd, "");
  }
  return { text, asks: end.includes("?") && !polite };
}

/** Words for comparing: lower case, no accents, singular where a plain rule tells. */
export function words(text: string): string[] {
  const found = text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/'/g, "")
    .match(/[\p{L}\p{N}]+/gu);
  return (found ?? []).map(singular);
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && /(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  if (word.length > 3 && word.endsWith("s") && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
}
