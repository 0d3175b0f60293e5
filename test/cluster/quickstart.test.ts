import { readdirSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/local/paths.mjs";
import { useRunningApp } from "../support/app.ts";
import { openBrowser, visit } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { API, helm, kubectl, MINUTE, PAGE, PATIENTLY, tell } from "./_cluster.ts";
import { QUICKSTART_NAMESPACE } from "./_minikube.ts";
import { listPods } from "./_pods.ts";
import { readQuickstart, runBash } from "./_quickstart.ts";

const SPACE = `--namespace=${QUICKSTART_NAMESPACE}`;
const charts = readdirSync(path.join(ROOT, "helm"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

// In this order: the app that QUICKSTART installs is there until its last lines remove it.
describe("helm/QUICKSTART.md", () => {
  let installed = false;
  const needsApp = () => {
    if (!installed) throw new Error("there is no app: the commands of QUICKSTART failed");
  };

  it("leads from nothing to the running app", { timeout: 25 * MINUTE }, async () => {
    const began = Date.now();
    await runBash(readQuickstart().install, 24 * MINUTE);
    installed = true;
    tell(`QUICKSTART to the running app, upgrade and rollback: ${Math.round((Date.now() - began) / 1_000)} s`);
  });

  describe("the app", () => {
    beforeEach(needsApp);

    it("runs in a namespace that refuses pods which are not restricted", async () => {
      const { metadata } = JSON.parse(await kubectl(["get", "namespace", QUICKSTART_NAMESPACE, "--output=json"]));
      expect(metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
      const pods = await listPods(undefined, QUICKSTART_NAMESPACE);
      for (const chart of charts) expect(pods.filter((pod) => pod.ready && pod.name.startsWith(chart))).not.toEqual([]);
      const bad = ["run", "root", SPACE, "--image=todo-backend:none", "--dry-run=server"];
      await expect(kubectl(bad)).rejects.toThrow(/restricted/);
    });

    it.each(charts)("passes helm test %s", async (chart) => {
      await helm([SPACE, "test", chart], { timeoutMs: 3 * MINUTE });
    });

    it("describes its API at /docs without asking anybody else", async () => {
      const browser = await openBrowser();
      const { page } = await visit(browser, API);
      await page.goto("/docs");
      await page.getByText("/api/tasks", { exact: true }).first().waitFor();
      await browser.close();
    });
  });

  describe("the stories", async () => {
    beforeEach(needsApp);
    useRunningApp({ url: PAGE, restart });
    await import("../stories/chat.test.ts");
    await import("../stories/pages.test.ts");
  });

  it("takes everything down again", { timeout: 6 * MINUTE }, async () => {
    needsApp();
    await runBash(readQuickstart().removal, 5 * MINUTE);
    expect(await kubectl(["get", "namespace", QUICKSTART_NAMESPACE, "--ignore-not-found", "--output=name"])).toBe("");
    // Minikube removes the volume a moment after its claim.
    const ours = `jsonpath={.items[?(@.spec.claimRef.namespace=="${QUICKSTART_NAMESPACE}")].metadata.name}`;
    const volumes = () => kubectl(["get", "persistentvolumes", `--output=${ours}`]);
    await eventually("the end of the volume", async () => (await volumes()) === "", PATIENTLY);
  });
});

/** Ends page and backend and starts them again on the same data. */
async function restart(): Promise<void> {
  const deployments = ["deployment/backend", "deployment/frontend"];
  await kubectl([SPACE, "rollout", "restart", ...deployments]);
  for (const name of deployments) await kubectl([SPACE, "rollout", "status", name], { timeoutMs: 3 * MINUTE });
}
