export type TextPiece = { type: "text"; text: string } | { type: "link"; text: string; href: string };

const address = /https?:\/\/[^\s<>"'`]+/gi;
/** Punctuation that ends the sentence, not the address. */
const trailing = /[.,;:!?)\]}*]+$/;

/**
 * Splits a text at its http(s) addresses. Nothing else becomes a link, whatever it looks like; nor does an address with a
 * name before its host, which is there to be taken for the host.
 */
export function linkify(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const href = match[0].replace(trailing, "");
    const url = URL.parse(href);
    if (url === null || url.username !== "" || url.password !== "") continue;
    if (match.index > end) pieces.push({ type: "text", text: text.slice(end, match.index) });
    pieces.push({ type: "link", text: href, href });
    end = match.index + href.length;
  }
  if (end < text.length) pieces.push({ type: "text", text: text.slice(end) });
  return pieces;
}
