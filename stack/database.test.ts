import { secret } from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { type Asked, only, runStack } from "./_mocks.ts";
import { Cluster } from "./cluster.ts";
import { Database, type DatabaseArgs } from "./database.ts";

const CHART = "kubernetes:helm.sh/v4:Chart";
const SECRET = "kubernetes:core/v1:Secret";
const PASSWORD = "random:index/randomPassword:RandomPassword";

async function make(change: Partial<DatabaseArgs> = {}): Promise<{ asked: Asked[]; url: string | undefined }> {
  let url: string | undefined;
  const asked = await runStack(() => {
    const cluster = new Cluster("cluster", {
      context: "minikube",
      namespace: "todo",
      keepData: change.keepData ?? false,
    });
    const args: DatabaseArgs = { cluster, helmEngine: "chart", password: undefined, keepData: false, values: {} };
    new Database("database", { ...args, ...change }).url.apply((known) => {
      url = known;
    });
  });
  return { asked, url };
}

it("makes a password once that no later change of its rule renews", async () => {
  const { asked, url } = await make();
  expect(url).toBe("postgres://todo:made-database-password@postgres:5432/todo");
  expect(only(asked, PASSWORD).opts).toMatchObject({ ignoreChanges: ["*"] });
});

it("percent-encodes a password of the user's", async () => {
  expect((await make({ password: secret("a/b:c@d#e?f%") })).url).toBe(
    "postgres://todo:a%2Fb%3Ac%40d%23e%3Ff%25@postgres:5432/todo",
  );
});

it("keeps the Secret as it was on the first day, since PostgreSQL does", async () => {
  const { asked } = await make();
  expect(only(asked, SECRET, "postgres-secrets").opts).toMatchObject({ ignoreChanges: ["data"] });
});

it("gives the chart the Secret's name and nothing of its content", async () => {
  const { asked } = await make();
  expect(only(asked, CHART).plainInputs["values"]).toMatchObject({ secret: { name: "postgres-secrets-auto" } });
  expect(JSON.stringify(only(asked, CHART).plainInputs)).not.toContain("made-database-password");
});

it.each([
  [false, "Delete"],
  [true, "Retain"],
])("with keepData=%s the volume's fate is %s", async (keepData, whenDeleted) => {
  const { asked } = await make({ keepData });
  expect(only(asked, CHART).inputs["values"]).toMatchObject({ persistence: { whenDeleted } });
});

it("lays the user's values over its own", async () => {
  const { asked } = await make({ values: { persistence: { size: "5Gi" } } });
  expect(only(asked, CHART).inputs["values"]).toMatchObject({ persistence: { size: "5Gi", whenDeleted: "Delete" } });
});
