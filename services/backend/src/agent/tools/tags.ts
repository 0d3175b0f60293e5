/** Tags as the list keeps them: lower case, without the leading #, spaces as dashes; empty ones are dropped. */
export function toTags(tags: readonly string[]): string[] {
  return tags
    .map((tag) =>
      tag
        .trim()
        .replace(/^#+/, "")
        .replace(/[\s,#]+/g, "-")
        .toLowerCase(),
    )
    .filter((tag) => tag !== "");
}
