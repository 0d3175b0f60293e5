import { describe, expect, it } from "vitest";
import type { Answer } from "../scripts/programs.ts";
import { recordingMachine } from "./_machine.ts";
import { askMinikube, profileFaults, readProfile, startArgs, startPorts } from "./minikube-profile.ts";

const CONFIG = {
  Driver: "docker",
  CPUs: 2,
  Memory: 3072,
  KubernetesConfig: { ContainerRuntime: "docker" },
  Nodes: [{ Name: "" }],
  ExposedPorts: ["127.0.0.1:30000:30000", "127.0.0.1:31001:30001", "30002"],
};
const RUNNING = { Host: "Running", Kubelet: "Running", APIServer: "Running" };

/** A minikube whose profile is this one and that says this of the status. */
function fakeMinikube(config: object | undefined, answer: Answer | string) {
  const said: Answer = typeof answer === "string" ? { kind: "done", stdout: answer } : answer;
  return recordingMachine(() => said, config && JSON.stringify(config));
}

describe("startArgs", () => {
  it("makes what the README says", () => {
    expect(startArgs("todo", [30000, 30001], {})).toEqual([
      "start",
      "-p",
      "todo",
      "--driver=docker",
      "--container-runtime=docker",
      "--cpus=2",
      "--memory=3g",
      "--ports=127.0.0.1:30000:30000,127.0.0.1:30001:30001",
    ]);
  });

  it("lets Minikube's own variables choose otherwise", () => {
    const env = { MINIKUBE_CPUS: "4", MINIKUBE_CONTAINER_RUNTIME: " ", MINIKUBE_PORTS: "31000:30000" };
    expect(startArgs("todo", [30000, 30001], env).slice(3)).toEqual([
      "--driver=docker",
      "--container-runtime=docker",
      "--cpus=4",
      "--memory=3g",
      "--ports=31000:30000",
    ]);
  });
});

it("startPorts are those of this machine, not of the cluster", () => {
  expect(startPorts([30000, 30001], {})).toEqual([30000, 30001]);
  expect(startPorts([1, 2], { MINIKUBE_PORTS: "127.0.0.1:31000:30000,31001:30001" })).toEqual([31000, 31001]);
});

describe("askMinikube", () => {
  it.each([
    ["running", RUNNING],
    ["stopped", { Host: "Stopped", Kubelet: "Stopped", APIServer: "Stopped" }],
    ["stopped", { Host: "Running", Kubelet: "Stopped", APIServer: "Stopped" }],
    ["broken", { Host: "Running", Kubelet: "Running", APIServer: "Error" }],
    ["broken", { Host: "Nonexistent", Kubelet: "Nonexistent", APIServer: "Nonexistent" }],
  ])("says %s", async (state, status) => {
    const found = await askMinikube("todo", fakeMinikube(CONFIG, JSON.stringify(status)));
    const profile = { driver: "docker", runtime: "docker", nodes: 1, cpus: 2, memoryMb: 3072 };
    expect(found).toMatchObject({ state, profile });
  });

  it("reads what Minikube says with a bad exit code, as of one that stands still", async () => {
    const stopped: Answer = { kind: "failed", code: 7, stdout: '{"Host":"Stopped"}', stderr: "" };
    expect(await askMinikube("todo", fakeMinikube(CONFIG, stopped))).toMatchObject({ state: "stopped" });
  });

  it("says none for a name that Minikube does not know", async () => {
    const unknown: Answer = { kind: "failed", code: 85, stdout: "* Profile not found", stderr: "" };
    expect(await askMinikube("other", fakeMinikube(undefined, unknown))).toEqual({
      state: "none",
      profile: undefined,
      still: true,
    });
  });

  it("tells one that never came to a Kubernetes, and so holds nothing, from one that broke", async () => {
    const broken = fakeMinikube(CONFIG, { kind: "failed", code: 7, stdout: "null", stderr: "unknown state" });
    expect(await askMinikube("todo", broken)).toMatchObject({ state: "broken" });
    const exists = (...parts: string[]) => !parts.includes("apiserver.crt");
    expect(await askMinikube("todo", { ...broken, exists })).toMatchObject({ state: "half-made" });
    expect(await askMinikube("todo", { ...fakeMinikube(CONFIG, JSON.stringify(RUNNING)), exists })).toMatchObject({
      state: "running",
    });
  });

  it.each([
    ["Stopped", true],
    ["Running", false],
    ["Paused", false],
  ])("knows whether a node that is %s holds its ports itself", async (Host, still) => {
    const status = JSON.stringify({ Host, Kubelet: "Stopped", APIServer: "Stopped" });
    expect(await askMinikube("todo", fakeMinikube(CONFIG, status))).toMatchObject({ state: "stopped", still });
  });

  it("reads the first of several nodes", async () => {
    const machine = fakeMinikube({ ...CONFIG, Nodes: [{}, {}] }, JSON.stringify([RUNNING, RUNNING]));
    expect(await askMinikube("todo", machine)).toMatchObject({ state: "running", profile: { nodes: 2 } });
  });

  it("names the cure when there is no minikube", async () => {
    await expect(askMinikube("todo", fakeMinikube(CONFIG, { kind: "missing" }))).rejects.toThrow(/npm run doctor/);
  });
});

it("profileFaults names containerd and several nodes, each with its cure", () => {
  const good = { name: "todo", driver: "docker", runtime: "docker", nodes: 1 };
  expect(profileFaults(good)).toEqual([]);
  expect(profileFaults({ ...good, runtime: "containerd", nodes: 3 })).toEqual([
    { fault: expect.stringContaining("containerd"), cure: expect.stringContaining("minikube delete -p todo") },
    { fault: expect.stringContaining("3 nodes"), cure: expect.stringContaining("minikube delete -p todo") },
  ]);
});

it("knows the ports of this machine that lead to the node's", () => {
  const published = readProfile("todo", fakeMinikube(CONFIG, ""))?.published;
  expect(published).toEqual(
    new Map([
      [30000, 30000],
      [30001, 31001],
    ]),
  );
});
