/** The first `max` characters of a text. A character of two halves (an emoji, say) is kept or left out whole. */
export function cutText(text: string, max: number): string {
  const cut = text.slice(0, max);
  return cut.isWellFormed() || !text.isWellFormed() ? cut : cut.slice(0, -1);
}
