import { expect, it, vi } from "vitest";
import { startArgs } from "../../stack/minikube-profile.ts";
import { docker, kubectl, minikube, ownImages } from "../support/stack/cluster.ts";
import { NODE_PORTS, PROFILE } from "../support/stack/profile.ts";
import { previewed, setConfig, unsetConfig } from "../support/stack/pulumi.ts";
import { ENV, LONG, MINUTE, must, npm, npmWell, STACK, tell } from "../support/stack/world.ts";
import { newPerson, tasksOf } from "./from-nothing.ts";

const start = () => must("minikube", startArgs(PROFILE, NODE_PORTS, ENV), 10 * MINUTE);
const DESTROY = ["destroy", "--yes", "--skip-preview", "--stack", STACK, "--non-interactive"];

export function endings(): void {
  let person = "";

  it("after minikube stop and start all is there again, and up changes nothing", { timeout: LONG }, async () => {
    person = await newPerson("survive");
    await minikube("stop");
    await npmWell("up");
    expect(await previewed()).toEqual([]);
    expect(await tasksOf(person)).toEqual(["survive"]);
  });

  it("after minikube delete and start, up brings all back", { timeout: 2 * LONG }, async () => {
    await minikube("delete");
    await start();
    await npmWell("up");
    expect(await previewed()).toEqual([]);
    expect(await ownImages()).toHaveLength(2);
    // The volume went with the cluster.
    await expect(tasksOf(person)).rejects.toThrow(/sign-in\/email: 401/);
  });

  it("keepData keeps the tasks, whenever it was set and whatever password comes later", {
    timeout: 3 * LONG,
  }, async () => {
    const kept = await newPerson("kept");
    await setConfig("keepData", "true");
    const refused = await npm("down");
    expect(refused.output).toContain("keepData was set after the last npm run up");
    expect(refused.code).toBe(1);
    // Set later.
    await npmWell("up");
    await downWithData();
    await npmWell("up");
    expect(await tasksOf(kept)).toEqual(["kept"]);
    // Taken back, with another password.
    await downWithData();
    await unsetConfig("keepData");
    await setConfig("databasePassword", "it's-another-8c1f", "--secret");
    await npmWell("up");
    expect(await tasksOf(kept)).toEqual(["kept"]);
    await npmWell("down");
    // Set before the first up, and the password taken back.
    await setConfig("keepData", "true");
    await npmWell("up");
    const first = await newPerson("first");
    await downWithData();
    await unsetConfig("databasePassword");
    await npmWell("up");
    expect(await tasksOf(first)).toEqual(["first"]);
    await unsetConfig("keepData");
    await npmWell("up");
  });

  it("after minikube stop and start, destroy works", { timeout: LONG }, async () => {
    await minikube("stop");
    await start();
    const began = performance.now();
    await must("pulumi", DESTROY, LONG);
    tell(`pulumi destroy: ${((performance.now() - began) / 1_000).toFixed(1)} s (aim 15)`);
    // Made before the last start, so Minikube's own provisioner leaves it.
    await expectNoVolume();
  });

  it("npm run down leaves no object, image or volume of ours", { timeout: LONG }, async () => {
    await npmWell("up");
    const { seconds } = await npmWell("down", 2 * MINUTE);
    tell(`npm run down: ${seconds.toFixed(1)} s (aim 15)`);
    const namespaces = await kubectl("get", "namespaces", "-o", "name");
    expect(namespaces).not.toContain("namespace/todo\n");
    const everywhere = "all,configmaps,secrets,persistentvolumeclaims,persistentvolumes,serviceaccounts";
    const ours = await kubectl("get", everywhere, "-A", "-l", "app.kubernetes.io/part-of=todo", "-o", "name");
    expect(ours).toBe("");
    await expectNoVolume();
    expect(await ownImages()).toEqual([]);
    expect(await docker("volume", "ls", "--quiet", "--filter", "name=todo")).toBe("");
    const { resources = [] } = (
      JSON.parse(await must("pulumi", ["stack", "export", "--stack", STACK])) as {
        deployment: { resources?: object[] };
      }
    ).deployment;
    expect(resources).toEqual([]);
  });

  it("npm run down after minikube delete forgets what is gone", { timeout: LONG }, async () => {
    await minikube("delete");
    const { output } = await npmWell("down");
    expect(output).toContain(`no Minikube of the name ${PROFILE}`);
  });
}

async function expectNoVolume(): Promise<void> {
  // Minikube removes its own a moment later.
  await vi.waitFor(async () => expect(await kubectl("get", "persistentvolumes", "-o", "name")).toBe(""), MINUTE);
  expect(await minikube("ssh", "--", "sudo", "find", "/tmp/hostpath-provisioner", "-mindepth", "2")).toBe("");
}

async function downWithData(): Promise<void> {
  const { output, seconds } = await npmWell("down");
  tell(`npm run down with keepData: ${seconds.toFixed(1)} s (aim 20)`);
  expect(output).toContain("The data are kept in the namespace todo");
  expect(await kubectl("get", "persistentvolumeclaims", "-o", "name")).toMatch(/^persistentvolumeclaim\/\S+\n$/);
  expect(await kubectl("get", "pods,deployments,statefulsets,services,secrets", "-o", "name")).toBe("");
}
