import { createReadStream, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { execa } from "execa";
import { excerpt } from "../../../../scripts/local/steps.mjs";

/** What one run of schemathesis did and found, by its own reports. */
export type Findings = {
  requests: number;
  /** How often each operation was answered with each status: `POST /api/tasks 201`. */
  answers: Map<string, number>;
  /** In its own words; none when the document and the server agree. */
  failures: string[];
};

type Run = {
  program: string;
  /** Where its settings and reports lie meanwhile. */
  folder: string;
  name: string;
  /** The description of the API. */
  url: string;
  /** In TOML. */
  settings: string;
  seconds: number;
  seed: number;
  /** Cases for each operation and phase at most. */
  examples: number;
  /** Of the description, when not all of it. */
  tags: readonly string[];
};

/** The part of the report in JSON that is read here. */
type Report = {
  operations: { selected: number; tested: number; errored: number };
  test_cases: { errored: number };
  failures: { title: string; operations: string[] }[];
};
type Event = {
  ScenarioFinished?: { recorder: { cases?: Record<string, Case>; interactions?: Record<string, Interaction> } };
};
type Case = { value: { method: string; path: string } };
type Interaction = { response?: { status_code: number } | null };

/** How long it may take to start and to end beside the seconds that it was given. */
const GRACE_SECONDS = 240;

/** Runs it to its end. Throws when it could not do its work; what it found is no error here. */
export async function schemathesis(run: Run): Promise<Findings> {
  const file = (ending: string) => path.join(run.folder, `${run.name}.${ending}`);
  writeFileSync(file("toml"), run.settings);
  const args = [
    `--config-file=${file("toml")}`,
    "run",
    run.url,
    `--max-time=${run.seconds}`,
    `--seed=${run.seed}`,
    `--max-examples=${run.examples}`,
    "--no-shrink",
    "--no-color",
    "--report=ndjson,json",
    `--report-ndjson-path=${file("ndjson")}`,
    `--report-json-path=${file("json")}`,
    ...run.tags.flatMap((tag) => ["--include-tag", tag]),
  ];
  const timeout = (run.seconds + GRACE_SECONDS) * 1_000;
  const ended = await execa(run.program, args, {
    cwd: run.folder,
    timeout,
    killSignal: "SIGKILL",
    all: true,
    reject: false,
  });
  // 1: it found something.
  if (ended.exitCode !== 0 && ended.exitCode !== 1) {
    throw new Error(`schemathesis ended with ${ended.exitCode ?? ended.signal}:\n${excerpt(ended.all)}`);
  }
  const report: Report = JSON.parse(readFileSync(file("json"), "utf8"));
  if (report.operations.errored + report.test_cases.errored > 0) {
    throw new Error(`schemathesis could not try everything:\n${excerpt(ended.all)}`);
  }
  const told = ended.all.slice(ended.all.indexOf("= FAILURES ="), ended.all.indexOf("= SUMMARY ="));
  const failures = report.failures.map(({ title, operations }) => `${title}: ${operations.join(", ")}`);
  const answers = await countAnswers(file("ndjson"));
  for (const ending of ["ndjson", "json", "toml"]) rmSync(file(ending));
  const requests = [...answers.values()].reduce((sum, count) => sum + count, 0);
  return { requests, answers, failures: failures.length > 0 ? [...failures, told] : [] };
}

async function countAnswers(file: string): Promise<Map<string, number>> {
  const answers = new Map<string, number>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (!line.startsWith('{"ScenarioFinished"')) continue;
    const event: Event = JSON.parse(line);
    const { cases = {}, interactions = {} } = event.ScenarioFinished?.recorder ?? {};
    for (const [id, { response }] of Object.entries(interactions)) {
      const asked = cases[id]?.value;
      const name = `${asked?.method} ${asked?.path} ${response?.status_code ?? "none"}`;
      answers.set(name, (answers.get(name) ?? 0) + 1);
    }
  }
  return answers;
}
