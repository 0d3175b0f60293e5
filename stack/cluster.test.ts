import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { expect, it, vi } from "vitest";
import { only, runStack } from "./_mocks.ts";
import { Cluster } from "./cluster.ts";

const ARGS = { context: "minikube", namespace: "todo", keepData: false };

it("takes the kubeconfig by its context, never by its content or by KUBECONFIG", async () => {
  vi.stubEnv("KUBECONFIG", "/somebody/elses/file");
  const provider = only(await runStack(() => new Cluster("cluster", ARGS)), "pulumi:providers:kubernetes");
  expect(provider.inputs).toMatchObject({ context: "minikube", clusterIdentifier: "minikube", kubeconfig: "" });
  vi.unstubAllEnvs();
});

it("puts right what kubectl changed, instead of a conflict", async () => {
  const provider = only(await runStack(() => new Cluster("cluster", ARGS)), "pulumi:providers:kubernetes");
  expect(provider.inputs["enablePatchForce"]).toBe("true");
});

it("makes a namespace that admits restricted pods only", async () => {
  const namespace = only(await runStack(() => new Cluster("cluster", ARGS)), "kubernetes:core/v1:Namespace", "todo");
  expect(namespace.inputs["metadata"]).toMatchObject({
    name: "todo",
    labels: { "pod-security.kubernetes.io/enforce": "restricted" },
  });
});

it("makes the namespace anew in a recreated cluster", async () => {
  let identity: string | undefined;
  const asked = await runStack(
    () => {
      const cluster = new Cluster("cluster", ARGS);
      cluster.identity.apply((id) => {
        identity = id;
      });
    },
    { world: { clusterId: "another" } },
  );
  expect(identity).toBe("another");
  expect(only(asked, "kubernetes:core/v1:Namespace", "todo").opts).toMatchObject({
    replacementTrigger: expect.anything(),
    deleteBeforeReplace: true,
  });
});

it("lets the namespace take its objects along, so that destroying is fast", async () => {
  await runStack(() => {
    const cluster = new Cluster("cluster", ARGS);
    expect(cluster.deletedWith).toBe(cluster.namespace);
  });
});

it("keeps the namespace with the data, and deletes its objects one by one", async () => {
  const asked = await runStack(() => {
    const cluster = new Cluster("cluster", { ...ARGS, keepData: true });
    expect(cluster.deletedWith).toBeUndefined();
  });
  expect(only(asked, "kubernetes:core/v1:Namespace", "todo").opts).toMatchObject({ retainOnDelete: true });
});

it("says whose the namespace is, and takes over one that was left, which later runs do not change", async () => {
  const takenOver = async (takeOver: boolean) => {
    const asked = await runStack(() => new Cluster("cluster", { ...ARGS, takeOver }));
    const { metadata } = only(asked, "kubernetes:core/v1:Namespace", "todo").inputs;
    expect(metadata).toMatchObject({ annotations: { "todo/stack": "test" } });
    const { inputs, opts } = only(asked, "pulumi:providers:kubernetes");
    expect(opts).toMatchObject({ ignoreChanges: ["upsertExistingObjects"] });
    return inputs["upsertExistingObjects"];
  };
  expect([await takenOver(false), await takenOver(true)]).toEqual(["false", "true"]);
});

it("has the namespace go before what may go only then", async () => {
  const asked = await runStack(() => {
    const images = new Namespace("other");
    new Cluster("cluster", { ...ARGS, outlivedBy: [images] });
  });
  expect(only(asked, "kubernetes:core/v1:Namespace", "todo").opts["dependsOn"]).toHaveLength(1);
});
