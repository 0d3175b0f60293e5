import { secret } from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { type Asked, only, runStack } from "./_mocks.ts";
import { AppSecrets, type AppSecretsArgs } from "./app-secrets.ts";
import { Cluster } from "./cluster.ts";

const SECRET = "kubernetes:core/v1:Secret";
const PASSWORD = "random:index/randomPassword:RandomPassword";

function make(change: Partial<AppSecretsArgs> = {}): Promise<Asked[]> {
  return runStack(
    () =>
      new AppSecrets("secrets", {
        cluster: new Cluster("cluster", { context: "minikube", namespace: "todo", keepData: false }),
        authSecret: undefined,
        authUrl: "http://localhost:30000",
        openaiApiKey: undefined,
        databaseUrl: secret("postgres://canary"),
        databaseDirectUrl: undefined,
        ...change,
      }),
  );
}

function contentOf(asked: Asked[], name: string): Record<string, string> {
  const data = only(asked, SECRET, name).plainInputs["data"] as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
}

it("makes the signing secret once and gives both sides the same", async () => {
  const asked = await make();
  expect(contentOf(asked, "frontend-secrets")).toEqual({ "auth-secret": "made-auth-secret" });
  expect(contentOf(asked, "backend-secrets")).toEqual({
    "auth-secret": "made-auth-secret",
    "auth-url": "http://localhost:30000",
    "database-url": "postgres://canary",
  });
  expect(only(asked, PASSWORD).inputs).toMatchObject({ length: 48 });
});

it("takes what the configuration gives, and leaves out what it does not", async () => {
  const asked = await make({
    authSecret: secret("given"),
    openaiApiKey: secret("sk-x"),
    databaseDirectUrl: secret("postgres://direct"),
  });
  expect(contentOf(asked, "backend-secrets")).toMatchObject({
    "auth-secret": "given",
    "openai-api-key": "sk-x",
    "database-direct-url": "postgres://direct",
  });
  expect(asked.filter(({ type }) => type === PASSWORD)).toEqual([]);
});

it("names no Secret itself, so that new content means a new name", async () => {
  const asked = await make();
  for (const { inputs } of asked.filter(({ type }) => type === SECRET)) {
    expect(inputs["metadata"]).toEqual({ namespace: "todo" });
    expect(inputs["immutable"]).toBe(true);
  }
});

it("hides the content from state, previews and logs", async () => {
  const asked = await make({ openaiApiKey: secret("sk-canary") });
  expect(JSON.stringify(asked.map(({ inputs }) => inputs))).not.toMatch(/canary|Y2FuYXJ5/);
  expect(only(asked, SECRET, "backend-secrets").inputs["data"]).toBe("[secret]");
});

it("makes the Secrets anew in a recreated cluster, and leaves their removal to the namespace", async () => {
  const asked = await make();
  expect(only(asked, SECRET, "backend-secrets").opts).toMatchObject({
    replacementTrigger: expect.anything(),
    deletedWith: expect.anything(),
  });
});
