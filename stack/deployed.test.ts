import { RunError } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { runStack } from "./_mocks.ts";
import { readSettings, type Settings } from "./config.ts";
import { type Deployed, deployedBy, refuseLoss } from "./deployed.ts";

type Config = Record<string, string>;

async function settingsOf(config: Config): Promise<Settings> {
  const read: Settings[] = [];
  await runStack(() => read.push(readSettings()), { config, secretKeys: ["databaseUrl"] });
  const [first] = read;
  if (first === undefined) throw new Error("nothing was read");
  return first;
}

/** What is said to a stack that was deployed with some settings and has others now; empty when all is well. */
async function saidTo(then: Config, now: Config): Promise<string> {
  const before = deployedBy(await settingsOf(then), undefined);
  return saidAfter(before, now);
}

async function saidAfter(before: Partial<Deployed> | undefined, now: Config): Promise<string> {
  try {
    refuseLoss(await settingsOf(now), before);
    return "";
  } catch (error) {
    expect(RunError.isInstance(error)).toBe(true);
    return error instanceof Error ? error.message : "";
  }
}

const postgres = (values: object): Config => ({ chartValues: JSON.stringify({ postgres: values }) });
const REGISTRY = { imageRegistry: "ghcr.io/acme", context: "prod" };
const OUTSIDE = { databaseUrl: "postgres://u:p@db.example.com/todo" };

describe("what would lose the data is refused with its cure:", () => {
  it.each<[string, Config, Config, string]>([
    ["another namespace", {}, { namespace: "other" }, "pulumi config set namespace todo"],
    ["another Minikube", {}, { minikubeProfile: "other" }, "pulumi config set minikubeProfile minikube"],
    ["another context", {}, { context: "other" }, "pulumi config set context minikube"],
    ["another engine", {}, { helmEngine: "release" }, "pulumi config set helmEngine chart"],
    ["the engine back", { helmEngine: "release" }, {}, "pulumi config set helmEngine release"],
    [
      "a registry, with which Minikube's volume would be cleared away",
      { context: "minikube" },
      { ...REGISTRY, context: "minikube" },
      "pulumi config rm imageRegistry",
    ],
    [
      "no volume any more",
      {},
      postgres({ persistence: { enabled: false } }),
      "pulumi config set --path chartValues.postgres.persistence.enabled true",
    ],
    [
      "a volume where there was none",
      postgres({ persistence: { enabled: false } }),
      {},
      "pulumi config set --path chartValues.postgres.persistence.enabled false",
    ],
    [
      "another class",
      postgres({ persistence: { storageClassName: "fast" } }),
      {},
      "pulumi config set --path chartValues.postgres.persistence.storageClassName fast",
    ],
    [
      "a class where there was the default",
      {},
      postgres({ persistence: { storageClassName: "fast" } }),
      "pulumi config rm --path chartValues.postgres.persistence.storageClassName",
    ],
    ["a smaller volume", REGISTRY, { ...REGISTRY, ...postgres({ persistence: { size: "512Mi" } }) }, "do not shrink"],
    ["a larger one in Minikube", {}, postgres({ persistence: { size: "2Gi" } }), "persistence.size 1Gi"],
    ["another major version", {}, postgres({ image: { tag: "19" } }), "image.tag 18"],
    ["another kind of image", postgres({ image: { tag: "18.1-alpine" } }), {}, "image.tag 18-alpine"],
  ])("%s", async (_, then, now, cure) => {
    expect(await saidTo(then, now)).toContain(cure);
    // And it was the change, not the settings.
    expect(await saidTo(now, now)).toBe("");
  });

  it("all at once, and how to start anew", async () => {
    const said = await saidTo({}, { namespace: "other", helmEngine: "release" });
    expect(said.match(/^- /gm)).toHaveLength(2);
    expect(said).toContain("npm run down");
  });

  it("also when an earlier version of this program told no more than the namespace", async () => {
    expect(await saidAfter({ namespace: "todo" }, { namespace: "other" })).toContain(
      "pulumi config set namespace todo",
    );
    expect(await saidAfter({ namespace: "todo" }, postgres({ persistence: { size: "2Gi" } }))).toBe("");
  });
});

describe("goes through:", () => {
  it.each<[string, Config, Config]>([
    [
      "a larger volume where the class may grow",
      REGISTRY,
      { ...REGISTRY, ...postgres({ persistence: { size: "2Gi" } }) },
    ],
    ["the default, written out", {}, postgres({ persistence: { enabled: true, size: "1Gi", storageClassName: "" } })],
    ["a patch of the same version", {}, postgres({ image: { tag: "18.1" } })],
    ["another image that tells no version", {}, postgres({ image: { repository: "mine", tag: "stable" } })],
    ["a database elsewhere", {}, OUTSIDE],
    ["keepData", {}, { keepData: "true" }],
    ["other ports and replicas", {}, { frontendNodePort: "31000", backendReplicas: "3" }],
  ])("%s", async (_, then, now) => {
    expect(await saidTo(then, now)).toBe("");
  });

  it("anything at all on the first day", async () => {
    expect(await saidAfter(undefined, { namespace: "other", ...postgres({ persistence: { size: "9Gi" } }) })).toBe("");
  });
});

it("remembers the volume as it was made: while it has grown, and while the database is elsewhere", async () => {
  const made = deployedBy(await settingsOf(REGISTRY), undefined);
  const grown = { ...REGISTRY, ...postgres({ persistence: { size: "2Gi" } }) };
  expect(deployedBy(await settingsOf(grown), made).volume).toEqual(made.volume);
  const elsewhere = deployedBy(await settingsOf({ ...REGISTRY, ...OUTSIDE }), made);
  expect(elsewhere.volume).toEqual(made.volume);
  expect(await saidAfter(elsewhere, { ...REGISTRY, ...postgres({ persistence: { enabled: false } }) })).toContain(
    "enabled",
  );
});

it("knows of no volume where none was made", async () => {
  expect(deployedBy(await settingsOf(OUTSIDE), undefined).volume).toBeNull();
});
