import { appendFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { percentile } from "./percentile.ts";

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** One line of the table. */
export type Row = {
  what: string;
  /** Measured here, with its unit. */
  value: string;
  /** What was aimed at, or "" where nothing was. */
  aim: string;
  /** Whether the aim was met. */
  met: boolean | undefined;
  /** The same measure of something simpler in the same run, and how ours compares. */
  twin: string;
};

export function row(
  what: string,
  measured: { value: number; unit: string; digits?: number },
  aim?: { at: "most" | "least"; limit: number },
  twin?: { name: string; value: number },
): Row {
  const { value, unit, digits = 0 } = measured;
  const show = (n: number) => `${n.toLocaleString("en-US", { maximumFractionDigits: digits })} ${unit}`;
  return {
    what,
    value: show(value),
    aim: aim ? `${aim.at === "most" ? "≤" : "≥"} ${show(aim.limit)}` : "",
    met: aim && (aim.at === "most" ? value <= aim.limit : value >= aim.limit),
    twin: twin ? `${twin.name}: ${show(twin.value)} (${(value / twin.value).toFixed(2)}×)` : "",
  };
}

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, value, aim, met, twin }) => {
    return `| ${what} | ${value} | ${aim}${markOf(met)} | ${twin} |`;
  });
  return ["| what | measured | aim | twin in the same run |", "|---|---|---|---|", ...lines].join("\n");
}

function markOf(met: boolean | undefined): string {
  if (met === undefined) return "";
  return met ? " ✓" : " ✗";
}

/** Whether proofs run at their full length (`npm run prove`) or shortly, as with all other tests. */
export const long = process.env["PROOFS"] === "long";

/** The seed of a proof's random numbers: `SEED` of the environment, so that a failure can be seen again, or the given one. */
export function seedOf(usual: number): number {
  const seed = process.env["SEED"] === undefined ? usual : Number(process.env["SEED"]);
  if (!Number.isSafeInteger(seed)) throw new Error(`SEED must be a whole number, not ${process.env["SEED"]}`);
  return seed;
}

/**
 * Tells what a proof found: on the screen, and for the table with which `npm run prove` ends. Whether an aim is met that is no
 * time is expected by the proof itself.
 */
export function tell(...rows: readonly Row[]): void {
  for (const one of rows) process.stdout.write(`${one.what}: ${one.value} ${one.aim}${markOf(one.met)} ${one.twin}\n`);
  const file = process.env["FIGURES"];
  if (file !== undefined) appendFileSync(file, rows.map((one) => `${JSON.stringify(one)}\n`).join(""));
}

/** The machine in one line, for above the table. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpu?.model.trim()}), ${memory} GiB, Node ${process.version}, ${process.platform}`;
}
