import { type FaultKind, type Finding, faultKinds } from "./check.ts";
import type { Operation } from "./operation.ts";

type Row = { operations: number; faults: number; missed: number } & Record<FaultKind, number>;

/** Counts what was done, what was inflicted, and what went wrong, by the kind of round. */
export class Ledger {
  readonly #rows = new Map<string, Row>();
  /** What went wrong, in words. */
  readonly problems: string[] = [];

  /** Counts a kill or a freeze. */
  fault(round: string): void {
    this.#row(round).faults += 1;
  }

  /** Counts a fault that did not come about: the other backend had done all by then. */
  missed(round: string): void {
    this.#row(round).missed += 1;
  }

  /** Counts an operation that was examined; one with several findings of a kind counts once in that kind. */
  operation(round: string, op: Operation, findings: readonly Finding[]): void {
    const row = this.#row(round);
    row.operations += 1;
    for (const kind of new Set(findings.map((finding) => finding.kind))) row[kind] += 1;
    for (const { kind, what } of findings) {
      this.problems.push(`${round}, conversation ${op.conversationId}: ${kind}, ${what}`);
    }
  }

  get total(): Row {
    const total = emptyRow();
    for (const row of this.#rows.values()) {
      for (const key of columns) total[key] += row[key];
    }
    return total;
  }

  /** Whether nothing went wrong, and of each kind of round the faults came about, but for one in ten. */
  get clean(): boolean {
    const { total } = this;
    const inflicted = [...this.#rows.values()].every(({ faults, missed }) => missed * 10 <= faults);
    return inflicted && faultKinds.every((kind) => total[kind] === 0);
  }

  /** A table of the counts, one round a line. */
  table(): string {
    const lines = [...this.#rows, ["total", this.total] as const].map(([round, row]) => [
      round,
      ...columns.map((key) => String(row[key])),
    ]);
    const all = [["round", ...columns], ...lines];
    const widths = all[0]?.map((_, i) => Math.max(...all.map((cells) => cells[i]?.length ?? 0))) ?? [];
    const format = (cells: string[]) =>
      cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
    return all.map(format).join("\n");
  }

  #row(round: string): Row {
    const row = this.#rows.get(round) ?? emptyRow();
    this.#rows.set(round, row);
    return row;
  }
}

const columns = ["operations", "faults", "missed", ...faultKinds] as const;

function emptyRow(): Row {
  return { operations: 0, faults: 0, missed: 0, lost: 0, doubled: 0, unfinished: 0, mismatched: 0 };
}
