import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PASSWORD } from "../support/accounts.ts";
import { composer, createAccount, idle, log, openBrowser, say, taskRow, visit } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { addTasks } from "../support/fake-openai/tool-arguments.ts";
import { createNamespace, deleteNamespace, kubectl, MINUTE, PAGE, PATIENTLY, tell } from "./_cluster.ts";
import { buildImages, installBackend, installFrontend, installPostgres, writeSecrets } from "./_install.ts";
import { type ClusterModel, startModel } from "./_model.ts";
import { listPods, logLines, logsOf, type Pod, settled, showLogsOfFailures } from "./_pods.ts";

const NOBODY = "database-of-nobody";
const KEY = "the-right-key";
const AWAY_MS = 60_000;
/** How long things may take to mend themselves; what they took is printed. */
const MENDED_MS = 2 * MINUTE;

let browser: Browser;
let model: ClusterModel;
showLogsOfFailures();
beforeAll(async () => {
  await buildImages();
  await createNamespace();
  model = await startModel();
  browser = await openBrowser();
  await writeSecrets();
  await installPostgres();
}, 20 * MINUTE);
afterAll(async () => {
  await browser?.close();
  await model?.close();
  await deleteNamespace();
});

/** In this order: each test leaves an app that works, for the next one. */
describe("no pod restarts, the log and the page say why, and it comes back by itself", () => {
  it("when the database's address is wrong", { timeout: 8 * MINUTE }, async () => {
    await writeSecrets({ databaseHost: NOBODY, apiKey: "a-wrong-key" });
    await installBackend({ modelUrl: model.urlForPods, wait: false });
    await installFrontend();
    const [pod] = await listPods("backend");
    const reason = async () => {
      const lines = await logsOf(pod?.name ?? "", "migrate");
      return /Waiting for the database at .*/.exec(lines)?.[0];
    };
    const told = await eventually("the reason in the log", reason, PATIENTLY);
    expect(told).toBe(`Waiting for the database at ${NOBODY}:5432/todo: its host is not known.`);

    const { page, context } = await visit(browser, PAGE);
    await page.goto("/sign-up");
    await page.getByLabel("Name").fill("Ann Early");
    await page.getByLabel("Email").fill(`${randomUUID()}@example.com`);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    const create = page.getByRole("button", { name: "Create account" });
    await create.click();
    await page.getByText(/The server cannot be reached at the moment/).waitFor({ timeout: MINUTE });

    const before = await listPods();
    const [, mended] = await timed(async () => {
      const target = "--external-name=postgres.todo-test.svc.cluster.local";
      await kubectl(["create", "service", "externalname", NOBODY, target]);
      await settled("backend", 1);
    });
    tell(`wrong database address: ready ${mended} ms after it led somewhere`);
    await create.click();
    await composer(page).waitFor({ timeout: MINUTE });
    await expectUntouched(before);
    await context.close();

    await writeSecrets({ apiKey: "a-wrong-key" });
    await installBackend({ modelUrl: model.urlForPods });
    await settled("backend", 1);
  });

  it("when the model refuses the key", { timeout: 8 * MINUTE }, async () => {
    let accepted = [KEY];
    model.respond(({ headers }) => {
      const [, key = ""] = (headers.authorization ?? "").split(" ");
      return accepted.includes(key) ? { say: `Welcome, ${key}.` } : { status: 401 };
    });
    const before = await listPods();
    const { page, context } = await visit(browser, PAGE);
    await createAccount(page);
    await say(page, "Are you there?");
    await log(page)
      .getByText(/refused the API key\. Ask whoever runs this app to check OPENAI_API_KEY/)
      .waitFor();
    const lines = logLines(await logsOf(before.find(({ name }) => name.startsWith("backend"))?.name ?? ""));
    expect(lines.filter((line) => JSON.stringify(line).includes("model_unauthorized"))).not.toEqual([]);
    expect(JSON.stringify(lines)).not.toContain("a-wrong-key");

    accepted = [KEY, "a-wrong-key"];
    await page.getByRole("button", { name: "Try again" }).click();
    await log(page).getByText("Welcome, a-wrong-key.").waitFor();
    await expectUntouched(before);

    accepted = [KEY];
    await writeSecrets({ apiKey: KEY });
    await installBackend({ modelUrl: model.urlForPods });
    // A pod that is to go answers who is still connected to it, with the key that it knows.
    await settled("backend", 1);
    await say(page, "And now?");
    await log(page).getByText(`Welcome, ${KEY}.`).waitFor();
    await context.close();
  });

  it("when the database is away for 60 s", { timeout: 8 * MINUTE }, async () => {
    model.respond((_request, index) => (index === 0 ? { calls: [addTasks("Water")] } : { say: "Noted." }));
    await settled("backend", 1);
    const before = (await listPods()).filter(({ name }) => !name.startsWith("postgres"));
    const { page, context } = await visit(browser, PAGE);
    await createAccount(page);
    await scalePostgres(0);
    const since = Date.now();
    await composer(page).fill("Remind me of the water");
    await composer(page).press("Enter");
    await page.getByText("Not sent yet. Reconnecting…").waitFor({ timeout: MINUTE });
    tell(`database away: the page says so after ${Date.now() - since} ms`);
    const noneReady = async () => (await listPods("backend")).every(({ ready }) => !ready);
    await eventually("not ready", noneReady, PATIENTLY);
    tell(`database away: the backend's pod is not ready after ${Date.now() - since} ms`);
    await sleep(AWAY_MS - (Date.now() - since));
    await page.getByText("Not sent yet. Reconnecting…").waitFor();

    const [, started] = await timed(() => scalePostgres(1));
    const [, served] = await timed(() => settled("backend", 1));
    const [, answered] = await timed(() => log(page).getByText("Noted.").waitFor({ timeout: MENDED_MS }));
    tell(`database back: started in ${started} ms, then ready in ${served} ms, then answered in ${answered} ms`);
    await idle(page);
    await taskRow(page, "Water").waitFor();
    expect(await log(page).getByText("Remind me of the water", { exact: true }).count()).toBe(1);
    await expectUntouched(before);

    const lines = logLines(await logsOf(before.find(({ name }) => name.startsWith("backend"))?.name ?? ""));
    const away = lines.filter(({ msg }) => msg === "database unavailable");
    expect(away.map(({ level, database }) => [level, database])).toEqual([["error", "postgres:5432/todo"]]);
    expect(lines.filter(({ msg }) => msg === "database available again")).toHaveLength(1);
    await context.close();
  });
});

/** These pods are still there, ready, and none of their containers was started anew. */
async function expectUntouched(before: readonly Pod[]): Promise<void> {
  const now = await listPods();
  const names = before.map(({ name }) => name);
  const same = now
    .filter(({ name }) => names.includes(name))
    .map(({ name, ready, restarts }) => ({ name, ready, restarts }));
  const wanted = names.map((name) => ({ name, ready: true, restarts: 0 }));
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  expect(same.sort(byName)).toEqual(wanted.sort(byName));
}

/** Takes the database away, or brings it back, and waits until it is so. */
async function scalePostgres(replicas: number): Promise<void> {
  await kubectl(["scale", "statefulset/postgres", `--replicas=${replicas}`]);
  await settled("postgres", replicas);
}

async function timed<T>(work: () => Promise<T>): Promise<[result: T, ms: number]> {
  const began = Date.now();
  const result = await work();
  return [result, Date.now() - began];
}
