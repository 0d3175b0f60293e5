import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { percentile } from "../support/percentile.ts";
import { copyRepository } from "../support/repository.ts";
import { API, createNamespace, deleteNamespace, helm, MINUTE, tell } from "./_cluster.ts";
import { buildImage, buildImages, installApp, installBackend, installFrontend } from "./_install.ts";
import { TEST_TAG } from "./_minikube.ts";
import { type ClusterModel, startModel } from "./_model.ts";
import { settled, showLogsOfFailures } from "./_pods.ts";
import { newPerson, type Outcome, type Person, startRequests } from "./_requests.ts";
import { keepAsking, keepListening, type Reading } from "./_streams.ts";

const PEOPLE = 10;
const CHANGED_TAG = `${TEST_TAG}-changed`;
/** Quiet time with load before and after what is tried. */
const MARGIN_MS = 4_000;

// Each answer takes about five seconds.
const WORDS = Array.from({ length: 25 }, (_, i) => `word ${i} `);
const ANSWER = WORDS.join("");

let model: ClusterModel;
showLogsOfFailures();
let people: Person[];
beforeAll(async () => {
  await buildImages();
  await buildChanged();
  await createNamespace();
  model = await startModel(() => ({ say: WORDS.flatMap((word) => [word, 200]) }));
  await installApp({ modelUrl: model.urlForPods, apiKey: "for-tests" });
  people = await Promise.all(Array.from({ length: PEOPLE }, newPerson));
}, 25 * MINUTE);
afterAll(async () => {
  await model?.close();
  await deleteNamespace();
});

describe("under 50 requests a second and 20 open streams, nothing fails", () => {
  it("when the backend is upgraded", { timeout: 8 * MINUTE }, async () => {
    expect(await description()).not.toContain(CHANGE);
    await underLoad("helm upgrade backend", async () => {
      await installBackend({ modelUrl: model.urlForPods, tag: CHANGED_TAG });
      await settled("backend", 1);
    });
    expect(await description()).toContain(CHANGE);
  });

  it("when the backend is rolled back", { timeout: 8 * MINUTE }, async () => {
    await underLoad("helm rollback backend", async () => {
      await helm(["rollback", "backend", "--wait", "--timeout=5m"], { timeoutMs: 6 * MINUTE });
      await settled("backend", 1);
    });
    expect(await description()).not.toContain(CHANGE);
  });

  it("when the page is upgraded", { timeout: 8 * MINUTE }, async () => {
    await underLoad("helm upgrade frontend", async () => {
      await installFrontend({ podAnnotations: { rolled: "yes" } });
      await settled("frontend", 2);
    });
  });
});

/** Does something under load and expects that nobody noticed. */
async function underLoad(what: string, act: () => Promise<void>): Promise<void> {
  const end = new AbortController();
  const listening = people.map((person) => keepListening(person, end.signal));
  const asking = people.map((person) => keepAsking(person, ANSWER, end.signal));
  const requests = startRequests(people);
  let outcomes: Outcome[];
  try {
    await sleep(MARGIN_MS);
    await act();
    await sleep(MARGIN_MS);
  } finally {
    outcomes = await requests.stop();
    end.abort();
  }
  const [changes, answers] = [await Promise.all(listening), await Promise.all(asking)];
  report(what, outcomes, [...changes, ...answers], answers);
  expect(outcomes.flatMap(({ what: part, problem }) => (problem ? [`${part}: ${problem}`] : []))).toEqual([]);
  expect([...changes, ...answers].flatMap(({ problems }) => problems)).toEqual([]);
  expect(changes.filter(({ heard }) => heard === 0)).toEqual([]);
  expect(answers.filter(({ heard }) => heard === 0)).toEqual([]);
}

function report(what: string, outcomes: readonly Outcome[], streams: readonly Reading[], answers: readonly Reading[]) {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  const times = outcomes.map(({ ms }) => ms);
  const failed = outcomes.filter(({ problem }) => problem).length;
  const broken = sum(streams.map(({ problems }) => problems.length));
  const ms = (share: number) => Math.round(percentile(times, share));
  tell(`${what}: ${failed} of ${outcomes.length} requests failed; p50 ${ms(0.5)} ms, p99 ${ms(0.99)}, most ${ms(1)}`);
  tell(`${what}: ${broken} of ${sum(streams.map(({ opened }) => opened))} streams could not be opened or went wrong`);
  tell(`${what}: ${sum(answers.map(({ heard }) => heard))} answers were whole`);
}

/** What the API says of itself, which the changed backend says differently. */
async function description(): Promise<string> {
  return (await fetch(`${API}/openapi.json`)).text();
}

const CHANGE = "This is the changed backend of a test.";

/** Builds a backend of which one line of code differs, from a copy of what belongs to the repository. */
async function buildChanged(): Promise<void> {
  const copy = mkdtempSync(path.join(tmpdir(), "todo-changed-"));
  try {
    copyRepository(copy);
    const described = path.join(copy, "services/backend/src/routes/describe.ts");
    const before = readFileSync(described, "utf8");
    const after = before.replace("A to-do list that people run by talking to it.", CHANGE);
    if (after === before) throw new Error("the line to change is not there any more");
    writeFileSync(described, after);
    await buildImage("backend", CHANGED_TAG, copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
