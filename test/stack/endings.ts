import { expect, it, vi } from "vitest";
import { startArgs } from "../../stack/minikube-profile.ts";
import { docker, kubectl, minikube, ownImages } from "../support/stack/cluster.ts";
import { NODE_PORTS, PROFILE } from "../support/stack/profile.ts";
import { previewed, setConfig, unsetConfig } from "../support/stack/pulumi.ts";
import { ENV, LONG, MINUTE, must, npmWell, STACK, tell } from "../support/stack/world.ts";
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

  it("keepData keeps the volume, and the next up opens it", { timeout: 2 * LONG }, async () => {
    // The database was made with a password of its own; one that is set counts from the next database on.
    await npmWell("down");
    await setConfig("databasePassword", "kept-password-8c1f", "--secret");
    await setConfig("keepData", "true");
    await npmWell("up");
    await kubectl(
      "exec",
      "statefulset/postgres",
      "--",
      ...psql("create table kept (a int); insert into kept values (41)"),
    );
    await npmWell("down");
    expect(await kubectl("get", "persistentvolumeclaims", "-o", "name")).toMatch(/^persistentvolumeclaim\/\S+\n$/);
    expect(await kubectl("get", "pods,deployments,statefulsets,services", "-o", "name")).toBe("");
    await npmWell("up");
    expect(await kubectl("exec", "statefulset/postgres", "--", ...psql("select a from kept"))).toContain("41");
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

function psql(statement: string): string[] {
  return ["psql", "-h", "/var/run/postgresql", "-U", "todo", "-d", "todo", "-tAc", statement];
}
