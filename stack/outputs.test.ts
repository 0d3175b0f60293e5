import { describe, expect, it } from "vitest";
import { runStack } from "./_mocks.ts";
import { readSettings, type Settings } from "./config.ts";
import type { Minikube } from "./minikube.ts";
import { findAddresses, nextCommands } from "./outputs.ts";

const MINIKUBE: Minikube = {
  profile: "minikube",
  dockerHost: "tcp://192.168.49.2:2376",
  certPath: "/certs",
  nodeAddress: "192.168.49.2",
  published: new Map(),
};

async function settings(config: Record<string, string> = {}): Promise<Settings> {
  const read: Settings[] = [];
  await runStack(() => read.push(readSettings()), { config });
  const [first] = read;
  if (first === undefined) throw new Error("nothing was read");
  return first;
}

describe("the addresses are", () => {
  it("this machine's where Minikube published the ports, whatever their numbers here", async () => {
    const published = new Map([
      [30000, 8080],
      [30001, 30001],
    ]);
    expect(findAddresses(await settings(), { ...MINIKUBE, published })).toEqual({
      frontend: "http://localhost:8080",
      backend: "http://localhost:30001",
      first: [],
    });
  });

  it("the node's where this machine reaches it and nothing fits that is published", async () => {
    const published = new Map([
      [30000, 30000],
      [30001, 30001],
    ]);
    const other = await settings({ frontendNodePort: "31000", backendNodePort: "31001" });
    expect(findAddresses(other, { ...MINIKUBE, published })).toEqual({
      frontend: "http://192.168.49.2:31000",
      backend: "http://192.168.49.2:31001",
      first: [],
    });
  });

  it.each([
    ["behind Docker Desktop", { ...MINIKUBE, nodeAddress: undefined }],
    ["in any other cluster", undefined],
  ])("opened by kubectl %s, and the commands say so", async (_, minikube) => {
    const all = await settings({ namespace: "x", context: "c" });
    const addresses = findAddresses(all, minikube);
    expect(addresses.frontend).toBe("http://localhost:30000");
    expect(addresses.first).toEqual([
      "kubectl --context c --namespace x port-forward service/frontend 30000:3000",
      "kubectl --context c --namespace x port-forward service/backend 30001:8000",
    ]);
    expect(nextCommands(all, addresses)["reach"]).toContain("port-forward service/frontend");
  });
});

it("names next commands that fit the stack", async () => {
  const all = await settings({ namespace: "x" });
  const next = nextCommands(all, findAddresses(all, MINIKUBE));
  expect(next).not.toHaveProperty("reach");
  expect(next["logs"]).toContain("kubectl --context minikube --namespace x logs");
});
