import { expect, test } from "vitest";
import type { Row } from "./grammar/row.ts";
import { grammar } from "./grammar.ts";
import { maskQuotes, plain, tidy } from "./normalise.ts";

function rowFor(sentence: string): Row | undefined {
  const masked = maskQuotes(tidy(sentence));
  const { text } = plain(masked.text);
  return grammar.find(({ pattern, build }) => {
    const match = pattern.exec(text);
    const part = (name: string): string => (name === "0" ? (match?.[0] ?? "") : (match?.groups?.[name] ?? ""));
    return match !== null && build({ part, masked, mentioned: { numbers: [] } }) !== null;
  });
}

const rows = grammar.flatMap((row) => row.examples.map((example) => ({ example, row })));

test.each(rows)("$row.intent: $example", ({ example, row }) => {
  expect(rowFor(example)?.pattern.source).toBe(row.pattern.source);
});

test("every row has an example", () => {
  expect(grammar.filter((row) => row.examples.length === 0)).toEqual([]);
});
