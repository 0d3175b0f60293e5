/** Random numbers that are the same in every run of the tests (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.int(0, values.length - 1)];
    if (value === undefined && values.length === 0) throw new Error("nothing to pick from");
    return value as T;
  }
}

/** Text that programs stumble over. */
export const strangeTexts: readonly string[] = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "x\udc00y",
  "👩‍👩‍👧‍👦",
  "\u202eabc",
  "'; drop table tasks; --",
  "%",
  "\\",
  "{{7*7}}",
  "<script>alert(1)</script>",
  "__proto__",
  "null",
  "0000-01-01",
  "9999-12-31",
  "2026-02-30",
  "44 BC",
  "next february 30",
  "-1",
  "1e400",
  "x".repeat(201),
  "y".repeat(9_000),
  "📎".repeat(99),
];
