/** What a ledger promises that nobody finds. */
export const broken = [
  "acknowledged and lost",
  "refused and done",
  "done twice",
  "out of order",
  "without its one answer",
  "audit, result and state differ",
  "somebody else's",
  "left over",
] as const;
export type Broken = (typeof broken)[number];
export type Finding = { kind: Broken; what: string };

export function found(kind: Broken, what: string): Finding {
  return { kind, what };
}
