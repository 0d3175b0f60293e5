import { RunError } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { Answer } from "../scripts/programs.ts";
import type { Machine } from "./machine.ts";
import { findMinikube } from "./minikube.ts";

const CERTS = "/home/me/.minikube/certs";
const ANSWER = { DOCKER_TLS_VERIFY: "1", DOCKER_HOST: "tcp://192.168.49.2:2376", DOCKER_CERT_PATH: CERTS };
const CONFIG = {
  Driver: "docker",
  KubernetesConfig: { ContainerRuntime: "docker" },
  Nodes: [{ Name: "" }],
  ExposedPorts: ["127.0.0.1:30000:30000", "8081:30001/tcp"],
};

type Fake = {
  result?: Answer;
  config?: object | string | null;
  missing?: string[];
};

function machine({ result = done(ANSWER), config = CONFIG, missing = [] }: Fake = {}): Machine & { asked: string[][] } {
  const asked: string[][] = [];
  return {
    asked,
    run: async (command, args) => {
      asked.push([command, ...args]);
      return result;
    },
    exists: (...parts) => !missing.includes(parts.at(-1) ?? ""),
    read: (...parts) => {
      if (parts.at(-1) !== "config.json" || config === null) return undefined;
      return typeof config === "string" ? config : JSON.stringify(config);
    },
    list: () => ["minikube", "work"],
    minikubeHome: "/home/me/.minikube",
    dockerHome: "/home/me/.docker",
  };
}

function done(answer: object): Answer {
  return { kind: "done", stdout: JSON.stringify(answer) };
}

function failed(code: number, stderr = ""): Answer {
  return { kind: "failed", code, stderr };
}

async function problem(fake: Fake, profile = "minikube"): Promise<string> {
  try {
    await findMinikube(profile, machine(fake));
  } catch (error) {
    expect(RunError.isInstance(error)).toBe(true);
    return error instanceof Error ? error.message : "";
  }
  throw new Error("expected a refusal");
}

it("asks Minikube once, in a form that needs no shell", async () => {
  const fake = machine();
  await findMinikube("todo", fake);
  expect(fake.asked).toEqual([["minikube", "-p", "todo", "docker-env", "--shell", "none", "-o", "json"]]);
});

it("finds the daemon, its keys, the published ports and the node", async () => {
  expect(await findMinikube("minikube", machine())).toEqual({
    profile: "minikube",
    dockerHost: "tcp://192.168.49.2:2376",
    certPath: CERTS,
    nodeAddress: "192.168.49.2",
    published: new Map([
      [30000, 30000],
      [30001, 8081],
    ]),
  });
});

it.each(["tcp://127.0.0.1:55012", "tcp://localhost:55012", "tcp://[::1]:55012"])(
  "knows that %s is a forwarded port, not a node that this machine reaches",
  async (dockerHost) => {
    const found = await findMinikube("minikube", machine({ result: done({ ...ANSWER, DOCKER_HOST: dockerHost }) }));
    expect(found.nodeAddress).toBeUndefined();
  },
);

it("gets along without the profile's file", async () => {
  expect((await findMinikube("minikube", machine({ config: null }))).published.size).toBe(0);
  expect((await findMinikube("minikube", machine({ config: "{" }))).published.size).toBe(0);
});

describe("one error with its cure for", () => {
  it("no minikube", async () => {
    expect(await problem({ result: { kind: "missing" } })).toMatch(
      /not on PATH[\s\S]*minikube start -p minikube --driver=docker --container-runtime=docker/,
    );
  });

  it("no such profile, with those that exist", async () => {
    expect(await problem({ result: failed(85), config: null }, "x")).toMatch(
      /no profile "x"[\s\S]*minikube start -p x [\s\S]*\(minikube, work\)/,
    );
  });

  it.each([83, 89, 80])("a profile that does not run (%i)", async (code) => {
    const words = await problem({ result: failed(code, "X Exiting due to GUEST_STATUS\nthe host is stopped\n") });
    expect(words).toMatch(/does not run \(the host is stopped\). Start it:\n {2}minikube start -p minikube$/);
  });

  it("containerd, before Minikube is asked", async () => {
    const fake = machine({ config: { ...CONFIG, KubernetesConfig: { ContainerRuntime: "containerd" } } });
    await expect(findMinikube("minikube", fake)).rejects.toThrow(
      /runs containerd[\s\S]*minikube delete -p minikube && minikube start/,
    );
    expect(fake.asked).toEqual([]);
  });

  it("containerd, from what Minikube answers where the file does not tell", async () => {
    const answer = done({ DOCKER_HOST: "ssh://docker@192.168.49.2:22", DOCKER_CERT_PATH: CERTS });
    expect(await problem({ result: answer, config: null })).toContain("names no Docker daemon that speaks TLS");
  });

  it.each([
    ["the profile's file", { config: { ...CONFIG, Nodes: [{}, {}] } }],
    ["the exit code", { result: failed(81), config: null }],
  ])("several nodes, known from %s", async (_, fake) => {
    expect(await problem(fake)).toMatch(/nodes, and an image built in one is not in the others/);
  });

  it.each([
    ["the profile's file", { config: { ...CONFIG, Driver: "none" } }],
    ["the exit code", { result: failed(51), config: null }],
  ])("the driver none, known from %s", async (_, fake) => {
    expect(await problem(fake)).toContain('uses the driver "none"');
  });

  it("an answer that is no JSON: the text that comes with a failure", async () => {
    expect(await problem({ result: { kind: "done", stdout: "false exit code 89\n" } })).toContain(
      "names no Docker daemon",
    );
  });

  it("keys that are not there", async () => {
    expect(await problem({ missing: ["key.pem"] })).toMatch(/key.pem is missing[\s\S]*minikube start -p minikube/);
  });

  it("a Minikube that hangs", async () => {
    expect(await problem({ result: { kind: "timeout", seconds: 60 } })).toContain("minikube status -p minikube");
  });
});
