import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { runStack } from "./_mocks.ts";
import { readSettings, type Settings } from "./config.ts";

const text = readFileSync("docs/Pulumi.team.example.yaml", "utf8");
const { config } = parse(text) as { config: Record<string, unknown> };

it("the example of a team's stack is what the program reads, with the secrets that it asks for", async () => {
  const secretKeys = [...text.matchAll(/^# +pulumi config set --secret (\w+)$/gm)].map(([, key = ""]) => key);
  const secrets = { registryPassword: "a-token", databaseUrl: "postgres://u:p@db.example.com/todo" };
  expect(secretKeys.sort()).toEqual(Object.keys(secrets).sort());
  const plain = Object.entries(config).map(([key, value]) => {
    expect(key).toMatch(/^todo:\w+$/);
    return [key.slice("todo:".length), typeof value === "object" ? JSON.stringify(value) : String(value)];
  });
  const known = Object.keys((parse(readFileSync("Pulumi.yaml", "utf8")) as { config: object }).config);
  expect(plain.map(([key]) => key).filter((key) => !known.includes(key ?? ""))).toEqual([]);

  let settings: Settings | undefined;
  const read = () => {
    settings = readSettings();
  };
  await runStack(read, { config: { ...Object.fromEntries(plain), ...secrets }, secretKeys });
  expect(settings).toMatchObject({
    target: { kind: "registry" },
    context: config["todo:context"],
    database: { kind: "own" },
    backend: { replicas: config["todo:backendReplicas"] },
    chartValues: { ...(config["todo:chartValues"] as object), postgres: {} },
  });
});
