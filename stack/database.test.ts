import { secret } from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { type Asked, only, runStack } from "./_mocks.ts";
import { Cluster } from "./cluster.ts";
import { Database, type DatabaseArgs } from "./database.ts";
import { volumeOf } from "./volume.ts";

const CHART = "kubernetes:helm.sh/v4:Chart";
const SECRET = "kubernetes:core/v1:Secret";
const PASSWORD = "random:index/randomPassword:RandomPassword";
const GROWTH = "kubernetes:core/v1:PersistentVolumeClaimPatch";

async function make(change: Partial<DatabaseArgs> = {}): Promise<{ asked: Asked[]; url: string | undefined }> {
  let url: string | undefined;
  const asked = await runStack(() => {
    const cluster = new Cluster("cluster", { context: "minikube", namespace: "todo", keepData: false });
    const args: DatabaseArgs = {
      cluster,
      helmEngine: "chart",
      password: undefined,
      volume: volumeOf({}),
      values: {},
      ...change,
    };
    new Database("database", args).url.apply((known) => {
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

it("gives database and API the same password, whatever an earlier one was", async () => {
  const { asked, url } = await make({ password: secret("the-newest-one") });
  const { data } = only(asked, SECRET, "postgres-secrets").plainInputs as { data: Record<string, string> };
  expect(Buffer.from(data["password"] ?? "", "base64").toString()).toBe("the-newest-one");
  expect(url).toContain(":the-newest-one@");
  expect(only(asked, SECRET, "postgres-secrets").opts).not.toHaveProperty("ignoreChanges");
});

it("gives the chart the Secret's name and nothing of its content", async () => {
  const { asked } = await make();
  expect(only(asked, CHART).plainInputs["values"]).toMatchObject({ secret: { name: "postgres-secrets-auto" } });
  expect(JSON.stringify(only(asked, CHART).plainInputs)).not.toContain("made-database-password");
});

it("lets no end but the namespace's take the volume along", async () => {
  const { asked } = await make();
  expect(only(asked, CHART).inputs["values"]).toMatchObject({ persistence: { whenDeleted: "Retain" } });
});

it("lays the user's values over its own, but for those of a volume that is there", async () => {
  const values = { persistence: { size: "5Gi" }, settings: { work_mem: "8MB" } };
  const { asked } = await make({ volume: volumeOf({ persistence: { storageClassName: "fast" } }), values });
  expect(only(asked, CHART).inputs["values"]).toMatchObject({
    persistence: { enabled: true, size: "1Gi", storageClassName: "fast", whenDeleted: "Retain" },
    settings: { work_mem: "8MB" },
  });
});

it("lets the volume grow in its place, and takes nothing back", async () => {
  const { asked } = await make({ values: { persistence: { size: "5Gi" } } });
  const { inputs, opts } = only(asked, GROWTH);
  expect(inputs).toMatchObject({
    metadata: { name: "data-postgres-0", namespace: "todo" },
    spec: { resources: { requests: { storage: "5Gi" } } },
  });
  expect(opts).toMatchObject({ retainOnDelete: true });
  expect((await make()).asked.filter(({ type }) => type === GROWTH)).toEqual([]);
});
