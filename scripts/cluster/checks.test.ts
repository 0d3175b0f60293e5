import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import type { Profile, State } from "../../stack/minikube-profile.ts";
import { freePort } from "../local/ports.mjs";
import { checkCluster, checkDisk, checkPorts, checkState } from "./checks.ts";

const PORTS = [30000, 30001];
const GOOD: Profile = {
  name: "todo",
  driver: "docker",
  runtime: "docker",
  nodes: 1,
  cpus: 2,
  memoryMb: 3072,
  published: new Map(PORTS.map((port) => [port, port])),
};
const cures = (profile: Profile | undefined, state: State = "running") =>
  checkCluster("todo", state, profile, PORTS).flatMap(({ cure }) => cure ?? []);

it("a Minikube that runs as it should needs no cure, nor one that stands still or is not there yet", () => {
  expect(cures(GOOD)).toEqual([]);
  expect(cures(GOOD, "stopped")).toEqual([]);
  expect(cures(undefined, "none")).toEqual([]);
  expect(cures(GOOD, "half-made")).toEqual([]);
});

it.each<[string, Partial<Profile>, RegExp, State?]>([
  ["does not answer", {}, /^minikube start -p todo/, "broken"],
  ["runs containerd", { runtime: "containerd" }, /^minikube delete -p todo/],
  ["has two nodes", { nodes: 2 }, /^minikube delete -p todo/],
  ["is small", { memoryMb: 2048 }, /^minikube delete -p todo/],
])("one that %s gets exactly one cure", (_what, fault, cure, state) => {
  expect(cures({ ...GOOD, ...fault }, state)).toEqual([expect.stringMatching(cure)]);
});

it("finds a port that another program has, before Minikube does", async () => {
  const server = createServer();
  const [taken, free] = [await freePort(), await freePort()];
  await new Promise<void>((resolve) => server.listen(taken, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  const env = { MINIKUBE_PORTS: `127.0.0.1:${taken}:30000,127.0.0.1:${free}:30001` };
  expect(await checkPorts(PORTS, env)).toEqual([
    { name: `Port ${taken}`, found: "in use", cure: expect.stringContaining("MINIKUBE_PORTS=") },
    { name: `Port ${free}`, found: "free" },
  ]);
});

it("tells where the state lies", () => {
  expect(checkState({ PULUMI_BACKEND_URL: "s3://x", PULUMI_CONFIG_PASSPHRASE: "x" }, "dev").found).toBe(
    "stack dev, where you are logged in, encrypted with your passphrase",
  );
});

it("reads the disk", () => {
  expect(checkDisk(import.meta.dirname).found).toMatch(/^\d+ GB free/);
});
