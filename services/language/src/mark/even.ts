/** Straightens quotes and spaces and drops what cannot be seen. Private-use characters are the marks' own. */
export function even(text: string): string {
  return (
    text
      .normalize("NFC")
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

const politeStart =
  /^(?:(?:hey|hi|hello|ok|okay|please|pls|plz|kindly|now|then|also|and|but|so|well|just|oh|oops|yes|thanks|actually|assistant|can you|could you|would you|will you|can u|you can|go ahead and|i want you to|i'd like you to|i would like you to|i would like to|i'd like to|i want to|i wanna|let's|help me)(?:[ ,!:]+|$))/i;
const politeEnd =
  /(?:[ ,]+(?:please|pls|plz|thanks|thank you|thx|for me|for me please|would you|will you|could you|can you|ok|okay|too|as well))$/i;

/** Takes "please", "could you" and the like from both ends, and the closing punctuation. */
export function plain(clause: string): { text: string; asks: boolean } {
  let text = clause.trim();
  let polite = false;
  for (let before = ""; before !== text; ) {
    before = text;
    const opening = politeStart.exec(text)?.[0] ?? "";
    if (/please|pls|you/i.test(opening)) polite = true;
    text = text.slice(opening.length).trimStart();
  }
  const end = /[\s.!?,;]*$/.exec(text.slice(-20))?.[0] ?? "";
  text = text.slice(0, text.length - end.length);
  for (let before = ""; before !== text; ) {
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
