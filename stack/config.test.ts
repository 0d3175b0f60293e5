import { readFileSync } from "node:fs";
import { RunError } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { runStack } from "./_mocks.ts";
import { readSettings, type Settings } from "./config.ts";

const CANARY = "sk-canary-0123456789-0123456789-0123456789";
const NEON = "postgres://u:canary@ep-x-pooler.eu.aws.neon.tech/db";

async function read(config: Record<string, string> = {}, secretKeys: string[] = []): Promise<Settings> {
  let settings: Settings | undefined;
  await runStack(
    () => {
      settings = readSettings();
    },
    { config, secretKeys },
  );
  if (settings === undefined) throw new Error("nothing was read");
  return settings;
}

async function problemsOf(config: Record<string, string>, secretKeys: string[] = []): Promise<string> {
  let message = "";
  await runStack(
    () => {
      try {
        readSettings();
      } catch (error) {
        expect(RunError.isInstance(error)).toBe(true);
        message = error instanceof Error ? error.message : "";
      }
    },
    { config, secretKeys },
  );
  return message;
}

describe("an empty configuration", () => {
  it("means Minikube, a database in the cluster, charts, no key", async () => {
    expect(await read()).toMatchObject({
      target: { kind: "minikube", profile: "minikube" },
      context: "minikube",
      namespace: "todo",
      helmEngine: "chart",
      isPinned: false,
      keepData: false,
      openai: { apiKey: undefined, baseUrl: "", model: "" },
      database: { kind: "cluster", password: undefined },
      frontend: { replicas: 2, nodePort: 30000 },
      backend: { replicas: 1, nodePort: 30001 },
      chartValues: { frontend: {}, backend: {}, postgres: {} },
    });
  });

  it("is the same as the defaults that Pulumi.yaml fills in, and nothing there goes unread", async () => {
    const [, section = ""] = readFileSync("Pulumi.yaml", "utf8").split("\nconfig:\n");
    const keys = [...section.matchAll(/^ {2}(\w+):\n {4}type: \w+\n {4}default: (.*)\n {4}description: \S.*$/gm)];
    // Each key has all three lines.
    expect(keys).toHaveLength([...section.matchAll(/^ {2}\w+:$/gm)].length);
    const defaults = Object.fromEntries(keys.map(([, key = "", value]) => [key, value === '""' ? "" : String(value)]));
    expect(await read(defaults)).toEqual(await read());
  });
});

it("builds for the machine's own kind of processor, as Minikube's node is one", async () => {
  expect((await read()).platform).toBe(process.arch === "arm64" ? "linux/arm64" : "linux/amd64");
});

it("takes Minikube's profile for the context, unless one is named", async () => {
  expect(await read({ minikubeProfile: "other" })).toMatchObject({ context: "other" });
  expect(await read({ minikubeProfile: "other", context: "x" })).toMatchObject({ context: "x" });
});

it.each([
  [{}, false],
  [{ baseImages: "pinned" }, true],
  [{ imageRegistry: "ghcr.io/acme", context: "prod" }, true],
  [{ imageRegistry: "ghcr.io/acme", context: "prod", baseImages: "tag" }, false],
])("holds the images' bases to digests where they go to others, or when asked: %j", async (config, pinned) => {
  expect((await read(config)).isPinned).toBe(pinned);
});

it("takes a registry and a context instead of Minikube", async () => {
  expect(await read({ imageRegistry: "ghcr.io/acme", context: "prod" })).toMatchObject({
    target: { kind: "registry", registry: "ghcr.io/acme", username: undefined },
    context: "prod",
    platform: "linux/amd64",
  });
});

describe("every mistake is named with its cure:", () => {
  it.each([
    ["a registry without a context", { imageRegistry: "ghcr.io/acme" }, "pulumi config set context NAME"],
    [
      "a registry with https://",
      { imageRegistry: "https://ghcr.io/acme", context: "c" },
      'imageRegistry is "https://ghcr.io/acme"',
    ],
    [
      "half a login",
      { imageRegistry: "r.io", context: "c", registryUsername: "me" },
      "pulumi config set --secret registryPassword",
    ],
    ["an engine that does not exist", { helmEngine: "v5" }, "pulumi config set helmEngine chart"],
    ["a word for a number", { frontendReplicas: "many" }, 'frontendReplicas is "many"'],
    ["a port outside of the range", { backendNodePort: "80" }, "30000 to 32767"],
    ["one port twice", { backendNodePort: "30000" }, "same port"],
    ["a word for yes", { keepData: "yes" }, 'keepData is "yes"'],
    ["a namespace that is none", { namespace: "My App" }, 'namespace is "My App"'],
    ["a namespace that is Kubernetes' own", { namespace: "kube-system" }, "must not be one of Kubernetes' own"],
    [
      "a value on which the data hang",
      { chartValues: '{"postgres":{"persistence":{"whenDeleted":"Delete"}}}' },
      "pulumi config rm --path chartValues.postgres.persistence.whenDeleted",
    ],
    ["another name of the database", { chartValues: '{"postgres":{"database":"x"}}' }, "chartValues.postgres.database"],
    ["other names of its objects", { chartValues: '{"postgres":{"nameOverride":"x"}}' }, "postgres.nameOverride"],
    ["a key that nothing reads", { replicas: "3" }, "pulumi config rm replicas"],
    ["values of a chart that does not exist", { chartValues: '{"web":{}}' }, 'no chart "web"'],
    ["values that are no map", { chartValues: '{"backend":3}' }, "chartValues.backend must be a map"],
    ["text for a map", { chartValues: "logLevel" }, "chartValues must be a map"],
  ])("%s", async (_, config, cure) => {
    expect(await problemsOf(config as Record<string, string>)).toContain(cure);
  });

  it("all at once", async () => {
    const message = await problemsOf({ helmEngine: "v5", namespace: "X Y", replicas: "1" });
    expect(message.match(/^- /gm)).toHaveLength(3);
  });
});

describe("a secret", () => {
  it("is refused as plain text, and not repeated", async () => {
    const message = await problemsOf({ openaiApiKey: CANARY });
    expect(message).toContain("pulumi config set --secret openaiApiKey");
    expect(message).not.toContain("canary");
  });

  it.each([
    ["authSecret", "short-canary", "32 at least"],
    ["openaiApiKey", "sk canary", "blank or a line break"],
    ["databaseUrl", "mysql://canary@host/db", "must be postgres://"],
    ["databaseUrl", "postgres://u:canary@host", "names no database"],
    ["databaseUrl", "postgres://u:canary@localhost/db", "host.minikube.internal"],
    ["databaseUrl", NEON, "pulumi config set --secret databaseDirectUrl"],
    ["databaseDirectUrl", "postgres://u:canary@host/db", "without databaseUrl"],
    ["databasePassword", "canary", "12 to 128"],
    ["authUrl", "canary.example.com", "http or https"],
    ["authUrl", "https://example.com/canary", "without path"],
  ])("%s that does not fit is named without its value (%#)", async (key, value, cure) => {
    const message = await problemsOf({ [key]: value }, [key]);
    expect(message).toContain(cure);
    expect(message).not.toContain("canary");
  });

  it("does not show itself when it was given to a plain key", async () => {
    const message = await problemsOf({ helmEngine: CANARY }, ["helmEngine"]);
    expect(message).toContain("helmEngine is wrong");
    expect(message).not.toContain("canary");
  });

  it("is refused among the charts' values", async () => {
    const message = await problemsOf({ chartValues: `{"backend":{"logLevel":"${CANARY}"}}` }, ["chartValues"]);
    expect(message).toContain("charts get secrets through a Secret only");
    expect(message).not.toContain("canary");
  });

  it("may be plain when it is an address", async () => {
    expect((await read({ authUrl: "https://todo.example.com" })).authUrl).toBeDefined();
  });
});

it("takes a pooled database with its direct address", async () => {
  const config = { databaseUrl: NEON, databaseDirectUrl: NEON.replace("-pooler", "") };
  expect((await read(config, Object.keys(config))).database).toMatchObject({ kind: "own" });
});
