import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useRunningApp } from "../support/app.ts";
import { openBrowser } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { createNamespace, deleteNamespace, docker, kubectl, MINUTE, PAGE, PATIENTLY, tell } from "./_cluster.ts";
import { buildImages, installApp, installBackend } from "./_install.ts";
import { expectWholeHistory, type OpenAnswer, openAnswer, podOf, whenWhole } from "./_kill-rounds.ts";
import { type ClusterModel, hostAddress, startModel } from "./_model.ts";
import { containerOf, endOf, followLog, listPods, logLines, settled, showLogsOfFailures } from "./_pods.ts";

/** What is promised: an answer is whole within 5 s of a kill, and within 1 s of a SIGTERM. */
const AFTER_KILL_MS = 5_000;
const AFTER_SIGTERM_MS = 1_000;
const ROUNDS = [1, 2, 3];

showLogsOfFailures();

let modelUrl: string;
let modelPort: number;
beforeAll(async () => {
  await buildImages();
  await createNamespace();
  // The model's address is a setting of the backend; who wants one listens there.
  const { urlForPods, port, close } = await startModel();
  await close();
  [modelUrl, modelPort] = [urlForPods, port];
  await installApp({ modelUrl, apiKey: "for-tests" });
}, 20 * MINUTE);
afterAll(deleteNamespace);

describe("the stories about a model that takes its time", async () => {
  useRunningApp({ url: PAGE, modelAt: async () => ({ host: (await hostAddress()).listen, port: modelPort }) });
  await import("../stories/answers.test.ts");
});

describe("an answer that is being written", () => {
  let model: ClusterModel;
  let browser: Browser;
  beforeAll(async () => {
    model = await startModel([], modelPort);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await model?.close();
  });

  describe.each([1, 2])("with %i pod(s)", (replicas) => {
    beforeAll(async () => {
      await installBackend({ replicas, modelUrl });
      await settled("backend", replicas);
    }, 5 * MINUTE);

    it.each(ROUNDS)("is whole within 5 s when its pod is deleted at once (round %i)", async () => {
      const answer = await openAnswer(browser, model);
      const pod = await podOf(answer);
      const end = await endOfContainer(pod, () => kubectl(["delete", "pod", pod, "--grace-period=0", "--force"]));
      await completes(answer, end, `deleted at once, ${replicas} pods`, AFTER_KILL_MS);
      await settled("backend", replicas);
    });

    it.each(ROUNDS)("is whole within 1 s of its pod's SIGTERM (round %i)", async () => {
      const answer = await openAnswer(browser, model);
      const pod = await podOf(answer);
      const log = followLog(pod);
      await kubectl(["delete", "pod", pod, "--wait=false"]);
      const sigterm = async () => {
        return logLines(log.lines.join("\n")).find(({ msg }) => msg === "ending");
      };
      const ending = await eventually("the SIGTERM", sigterm, PATIENTLY);
      await completes(answer, Date.parse(ending.time), `SIGTERM, ${replicas} pods`, AFTER_SIGTERM_MS);
      await settled("backend", replicas);
      log.stop();
    });

    // Once only: a container that is killed again and again is started later and later.
    it("is whole within 5 s when its container is killed and started anew in place", async () => {
      const answer = await openAnswer(browser, model);
      const pod = await podOf(answer);
      const end = await endOfContainer(pod, (container) => docker(["kill", "--signal=KILL", container]));
      await completes(answer, end, `container killed, ${replicas} pods`, AFTER_KILL_MS);
      const restarted = async () => (await listPods("backend")).some(({ restarts }) => restarts > 0);
      await eventually("the restart", restarted, PATIENTLY);
      await settled("backend", replicas);
    });
  });
});

/** Does what ends a pod's backend, and tells when its process was gone. */
async function endOfContainer(pod: string, act: (container: string) => Promise<unknown>): Promise<number> {
  const container = await containerOf(pod);
  const asked = Date.now();
  await act(container);
  const end = await eventually("the end of the process", () => endOf(container, asked), PATIENTLY);
  tell(`the process ended ${end - asked} ms after the command was given`);
  return end;
}

/** Waits until the answer is whole, measures, and checks that nothing is lost or doubled. */
async function completes(answer: OpenAnswer, since: number, what: string, limitMs: number): Promise<void> {
  const took = (await whenWhole(answer)) - since;
  const askedAgain = (await answer.askedAgain) - since;
  tell(`${what}: the answer is whole after ${took} ms (the model was asked again after ${askedAgain} ms)`);
  await expectWholeHistory(answer);
  await answer.close();
  expect(took).toBeLessThanOrEqual(limitMs);
}
