import { isSecret, type Output, output } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { runStack } from "./_mocks.ts";
import { readSettings, type Settings } from "./config.ts";
import type { Minikube } from "./minikube.ts";
import { findAddresses, nextCommands, tellAddresses } from "./outputs.ts";

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
      first: undefined,
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
      first: undefined,
    });
  });

  it.each([
    ["behind Docker Desktop", { ...MINIKUBE, nodeAddress: undefined }],
    ["in any other cluster", undefined],
  ])("opened by kubectl %s, and the commands say so", async (_, minikube) => {
    const all = await settings({ namespace: "x", context: "c" });
    const addresses = findAddresses(all, minikube);
    expect(addresses.frontend).toBe("http://localhost:30000");
    expect(addresses.first).toEqual({
      frontend: "kubectl --context c --namespace x port-forward service/frontend 30000:3000",
      backend: "kubectl --context c --namespace x port-forward service/backend 30001:8000",
    });
  });
});

const PUBLISHED = new Map([
  [30000, 30000],
  [30001, 30001],
]);
const REGISTRY = { imageRegistry: "ghcr.io/acme", context: "prod" };
const AUTH_URL = "https://todo.example.com";

type Told = Record<string, unknown> & { next: Record<string, string> };

/** All that a stack tells of its addresses, and the commands; secrets as they are shown. */
async function toldBy(
  config: Record<string, string>,
  { minikube, secretKeys = [], stack = "test" }: { minikube?: Minikube; secretKeys?: string[]; stack?: string } = {},
): Promise<Told> {
  let told: Told = { next: {} };
  await runStack(
    async () => {
      const all = readSettings();
      const addresses = findAddresses(all, minikube);
      const shown = async (value: unknown) => {
        const known: Output<unknown> = output(value);
        const secret: boolean = await isSecret(known);
        return secret ? "[secret]" : new Promise((resolve) => known.apply(resolve));
      };
      const show = async (values: object) =>
        Object.fromEntries(
          await Promise.all(Object.entries(values).map(async ([key, value]) => [key, await shown(value)])),
        );
      told = { ...(await show(tellAddresses(all, addresses))), next: await show(nextCommands(all, addresses)) };
    },
    { config, secretKeys, stack },
  );
  return told;
}

describe("what is told leads to somebody who answers:", () => {
  it("in Minikube, the page and the API themselves", async () => {
    const told = await toldBy({}, { minikube: { ...MINIKUBE, published: PUBLISHED } });
    expect(told).toMatchObject({ frontendUrl: "http://localhost:30000", backendUrl: "http://localhost:30001" });
    expect(told).toMatchObject({
      localUrl: "http://localhost:30000",
      next: { open: "http://localhost:30000 in a browser" },
    });
    expect(told.next).not.toHaveProperty("reach");
  });

  it("with authUrl the address where people can sign up, and the page's own for whoever looks after it", async () => {
    const told = await toldBy({ authUrl: AUTH_URL }, { minikube: { ...MINIKUBE, published: PUBLISHED } });
    expect(told).toMatchObject({ frontendUrl: AUTH_URL, localUrl: "http://localhost:30000" });
    expect(told.next["open"]).toBe(`${AUTH_URL} in a browser`);
  });

  it("with a secret authUrl no address in plain sight", async () => {
    const told = await toldBy({ authUrl: AUTH_URL }, { secretKeys: ["authUrl"] });
    expect(told).toMatchObject({ frontendUrl: "[secret]", next: { open: "[secret]" } });
    expect(JSON.stringify(told)).not.toContain("example.com");
  });

  it("with a registry none until a command runs", async () => {
    const told = await toldBy(REGISTRY);
    expect([told["frontendUrl"], told["backendUrl"], told["localUrl"]]).toEqual([undefined, undefined, undefined]);
    expect(told.next["open"]).toBe("http://localhost:30000 in a browser, while what `reach` says runs");
    expect(told.next["reach"]).toBe(
      "kubectl --context prod --namespace todo port-forward service/frontend 30000:3000 & " +
        "kubectl --context prod --namespace todo port-forward service/backend 30001:8000 &",
    );
  });

  it("with a registry and authUrl that one, and a command for the API alone", async () => {
    const told = await toldBy({ ...REGISTRY, authUrl: AUTH_URL });
    expect(told).toMatchObject({ frontendUrl: AUTH_URL, backendUrl: undefined, localUrl: undefined });
    expect(told.next["open"]).toBe(`${AUTH_URL} in a browser`);
    expect(told.next["reach"]).toBe(
      "kubectl --context prod --namespace todo port-forward service/backend 30001:8000 &",
    );
  });
});

describe("the next commands", () => {
  it("look into the stack's own namespace", async () => {
    const { next } = await toldBy({ namespace: "x" });
    expect(next["logs"]).toContain("kubectl --context minikube --namespace x logs");
  });

  it.each([
    ["dev", "npm run down"],
    ["team", "npm run down -- team"],
  ])("remove the stack %s and no other", async (stack, remove) => {
    expect((await toldBy({}, { stack })).next["remove"]).toBe(remove);
    expect((await toldBy(REGISTRY, { stack })).next["remove"]).toBe(remove);
  });
});
