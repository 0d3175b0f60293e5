import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../local/paths.mjs";

const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

/** The standard's rows of levels 1 and 2, by number, with their level. */
const standard = JSON.parse(read("security/asvs-5.0.json")) as Record<string, number>;
const page = read("docs/asvs.md");

type Answer = "test" | "document" | "design" | "not met" | "does not apply";
type Row = { id: string; level: number; answer: Answer; words: string; proofs: string[] };
const ROW = /^\| (\d+\.\d+\.\d+) \| ([12]) \| (test|document|design|not met|does not apply) \| (.+?) \| (.*?) ?\|$/gm;
const rows: Row[] = [...page.matchAll(ROW)].map(([, id = "", level, answer, words = "", proofs = ""]) => ({
  id,
  level: Number(level),
  answer: answer as Answer,
  words,
  proofs: proofs.split("<br>").filter((proof) => proof !== ""),
}));

/** The names of all tests and groups of tests in a file: texts that are followed by what they name. */
function testsIn(file: string): Set<string> {
  const named = read(file).matchAll(
    /(["'`])((?:\\.|(?!\1).)*)\1,\s*(?:\{[^}]*\},\s*)?(?:async\s*)?(?:\(|[a-zA-Z]+ =>)/g,
  );
  return new Set([...named].map(([, , name = ""]) => name.replace(/\\(.)/g, "$1")));
}

function headingsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
}

/** What is wrong with a proof; undefined when it stands. */
function faultOf(proof: string): string | undefined {
  const [, file = "", name = ""] = /^`([^`]+)`: (.+)$/.exec(proof) ?? [];
  const [, document = "", heading = ""] = /^\[([\w./]+)\]\(\.\.\/[^)]+\): (.+)$/.exec(proof) ?? [];
  if (document !== "") {
    if (!existsSync(path.join(ROOT, document))) return `${document} is missing`;
    return headingsOf(document).includes(heading) ? undefined : `${document} has no heading "${heading}"`;
  }
  if (file === "") return `"${proof}" names neither a test nor a document`;
  if (!/\.test\.tsx?$/.test(file) || !existsSync(path.join(ROOT, file))) return `${file} is no test file`;
  return testsIn(file).has(name) ? undefined : `${file} has no test "${name}"`;
}

/** The line of the table at the head of the page. */
function toldOf(label: string): number[] {
  const line = new RegExp(`^\\| ${label} \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|$`, "m").exec(page);
  return (line ?? []).slice(1).map(Number);
}

function countOf(...answers: Answer[]): number[] {
  const [first = 0, second = 0] = [1, 2].map(
    (level) => rows.filter((row) => row.level === level && answers.includes(row.answer)).length,
  );
  return [first, second, first + second];
}

describe("docs/asvs.md", () => {
  it("answers each row of the standard once, at its level", () => {
    expect(Object.values(standard).filter((level) => level === 1)).toHaveLength(70);
    expect(Object.values(standard).filter((level) => level === 2)).toHaveLength(183);
    expect(rows.map(({ id, level }) => [id, level])).toEqual(Object.entries(standard));
    expect(page.match(/^\| \d+\./gm)).toHaveLength(rows.length);
  });

  it("names tests and headings that exist", () => {
    const faults = rows.flatMap(({ id, proofs }) =>
      proofs.flatMap((proof) => {
        const fault = faultOf(proof);
        return fault === undefined ? [] : [`${id}: ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it("names a test where it says so, a document where it says so, and a reason everywhere", () => {
    const wrong = rows.filter(({ answer, words, proofs }) => {
      const tests = proofs.filter((proof) => proof.startsWith("`")).length;
      const documents = proofs.length - tests;
      if (words.trim().length < 5) return true;
      if (answer === "test") return tests === 0 || documents > 0;
      if (answer === "document") return documents === 0 || tests > 0;
      return proofs.length > 0;
    });
    expect(wrong).toEqual([]);
  });

  it("counts what it says", () => {
    expect(toldOf("rows")).toEqual([70, 183, 253]);
    expect(toldOf("do not apply")).toEqual(countOf("does not apply"));
    expect(toldOf("apply")).toEqual(countOf("test", "document", "design", "not met"));
    expect(toldOf("met, held by a test")).toEqual(countOf("test"));
    expect(toldOf("met by a document or by design")).toEqual(countOf("document", "design"));
    expect(toldOf("not met")).toEqual(countOf("not met"));
    const [, apply, tested, otherwise, not] =
      /Of the (\d+) rows of OWASP ASVS[^:]*?, (\d+) are held by a named test, (\d+) are\s+met by[^:]*?, (\d+) are not met:/.exec(
        read("README.md"),
      ) ?? [];
    expect([apply, tested, otherwise, not].map(Number)).toEqual([
      countOf("test", "document", "design", "not met")[2],
      countOf("test")[2],
      countOf("document", "design")[2],
      countOf("not met")[2],
    ]);
  });
});

describe("docs/threats.md", () => {
  const entries = [...read("docs/threats.md").matchAll(/^\| (LLM\d\d) .*? \| (LLM\d\d) \|.*\| (.*?) ?\|$/gm)];

  it("answers each entry of the list once, with its number of 2025", () => {
    const all = Array.from({ length: 10 }, (_, i) => `LLM${String(i + 1).padStart(2, "0")}`);
    expect(entries.map(([, number]) => number)).toEqual(all);
    expect(entries.map(([, , before]) => before ?? "").sort()).toEqual(all);
  });

  it("names tests that exist", () => {
    const faults = entries.flatMap(([, number, , proofs = ""]) =>
      proofs
        .split("<br>")
        .filter((proof) => proof !== "")
        .flatMap((proof) => faultOf(proof) ?? [])
        .map((fault) => `${number}: ${fault}`),
    );
    expect(faults).toEqual([]);
    expect(entries.filter(([, , , proofs]) => proofs === "").map(([, number]) => number)).toEqual(["LLM09"]);
  });
});
