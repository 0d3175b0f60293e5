import { describe, expect, it } from "vitest";
import type { Ask } from "./ask.mjs";
import { profileFaults, publishedAddress, readProfile, startArgs, startPorts } from "./minikube.mjs";

/** A minikube that has these profiles and says this of the status. */
function fakeMinikube(profiles: object[], status: string): Ask {
  return async (_program, args) => ({
    code: 0,
    stdout: args[0] === "profile" ? JSON.stringify({ invalid: [], valid: profiles }) : status,
    stderr: "",
  });
}

const PROFILE = {
  Name: "todo",
  Config: {
    Driver: "docker",
    CPUs: 2,
    Memory: 3072,
    KubernetesConfig: { ContainerRuntime: "docker" },
    Nodes: [{ Name: "" }],
    ExposedPorts: ["127.0.0.1:30000:30000", "127.0.0.1:31001:30001"],
  },
};

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

describe("readProfile", () => {
  it.each([
    ["running", { Host: "Running", Kubelet: "Running", APIServer: "Running" }],
    ["stopped", { Host: "Stopped", Kubelet: "Stopped", APIServer: "Stopped" }],
    ["stopped", { Host: "Running", Kubelet: "Stopped", APIServer: "Stopped" }],
    ["broken", { Host: "Running", Kubelet: "Running", APIServer: "Error" }],
    ["broken", { Host: "Nonexistent", Kubelet: "Nonexistent", APIServer: "Nonexistent" }],
  ])("says %s", async (state, status) => {
    const found = await readProfile(fakeMinikube([PROFILE], JSON.stringify(status)), "todo");
    expect(found).toMatchObject({ state, driver: "docker", runtime: "docker", nodes: 1, cpus: 2, memoryMb: 3072 });
  });

  it("says none for a name that Minikube does not know, and when it knows none at all", async () => {
    expect(await readProfile(fakeMinikube([PROFILE], "* Profile not found"), "other")).toEqual({ state: "none" });
    const empty: Ask = async () => ({ code: 85, stdout: "", stderr: "* No minikube profile was found" });
    expect(await readProfile(empty, "todo")).toEqual({ state: "none" });
  });

  it("reads the first of several nodes", async () => {
    const running = { Host: "Running", Kubelet: "Running", APIServer: "Running" };
    const profile = { ...PROFILE, Config: { ...PROFILE.Config, Nodes: [{}, {}] } };
    const found = await readProfile(fakeMinikube([profile], JSON.stringify([running, running])), "todo");
    expect(found).toMatchObject({ state: "running", nodes: 2 });
  });

  it("names the cure when there is no minikube", async () => {
    await expect(readProfile(async () => undefined, "todo")).rejects.toThrow(/npm run doctor/);
  });
});

it("profileFaults names containerd and several nodes, each with its cure", () => {
  expect(profileFaults("todo", { state: "running", runtime: "docker", nodes: 1 })).toEqual([]);
  expect(profileFaults("todo", { state: "running", runtime: "containerd", nodes: 3 })).toEqual([
    { fault: expect.stringContaining("containerd"), cure: expect.stringContaining("minikube delete -p todo") },
    { fault: expect.stringContaining("3 nodes"), cure: expect.stringContaining("minikube delete -p todo") },
  ]);
});

it("publishedAddress finds the port of this machine that leads to a node's", () => {
  const ports = PROFILE.Config.ExposedPorts;
  expect(publishedAddress({ state: "running", ports }, 30000)).toBe("http://localhost:30000");
  expect(publishedAddress({ state: "running", ports }, 30001)).toBe("http://localhost:31001");
  expect(publishedAddress({ state: "running", ports: ["30000"] }, 30000)).toBe("http://localhost:30000");
  expect(publishedAddress({ state: "running", ports }, 31001)).toBeUndefined();
  expect(publishedAddress({ state: "none" }, 30000)).toBeUndefined();
});
