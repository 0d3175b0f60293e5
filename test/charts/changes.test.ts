import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { type KubeObject, keyOf, objectsOf, released, serverPod, workload } from "./_objects.ts";

/** The kinds of released objects that differ between two sets of values. */
async function changedBy(chart: string, before: string[], after: string[]): Promise<string[]> {
  const [old, now] = [await rendered(chart, before), await rendered(chart, after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  return keys.filter((key) => !isDeepStrictEqual(old.get(key), now.get(key))).map((key) => key.split("/")[0] ?? "");
}

async function rendered(chart: string, set: string[]): Promise<Map<string, KubeObject>> {
  return new Map(released(await objectsOf(chart, { set })).map((object) => [keyOf(object), object]));
}

async function podOf(chart: string, ...set: string[]) {
  return serverPod(await objectsOf(chart, { set }));
}

describe.each(["frontend", "backend"])("%s", (chart) => {
  it("changes the Deployment alone with a new image, and in it the pods alone", async () => {
    const set = ["image.tag=4f2a9c01d3b7"];
    expect(await changedBy(chart, [], set)).toEqual(["Deployment"]);
    const [before, after] = [workload(await objectsOf(chart)), workload(await objectsOf(chart, { set }))];
    expect({ ...after, spec: { ...after.spec, template: before.spec?.template } }).toEqual(before);
  });

  it("rolls the pods when the Secret gets another name", async () => {
    expect(await changedBy(chart, [], ["secret.name=other"])).toEqual(["Deployment"]);
    expect(await podOf(chart, "secret.name=other")).not.toEqual(await podOf(chart));
  });

  it("starts more pods without touching those that run", async () => {
    expect(await podOf(chart, "replicas=3")).toEqual(await podOf(chart, "replicas=2"));
  });

  it("keeps one pod through a node's end only where there is more than one", async () => {
    const kinds = async (...set: string[]) => (await objectsOf(chart, { set })).map(({ kind }) => kind);
    expect(await kinds("replicas=1")).not.toContain("PodDisruptionBudget");
    expect(await kinds("replicas=2")).toContain("PodDisruptionBudget");
    // It may go down to one pod, which a budget would nail to its node.
    const scaled = ["autoscaling.enabled=true", "autoscaling.minReplicas=1"];
    expect(await kinds("replicas=2", ...scaled)).not.toContain("PodDisruptionBudget");
    expect(await kinds("replicas=1", "autoscaling.enabled=true")).toContain("PodDisruptionBudget");
  });

  it.each([
    [["replicas=4"], 4],
    [["replicas=4", "autoscaling.enabled=true"], 4],
    [["replicas=1", "autoscaling.enabled=true"], 2],
    [["replicas=9", "autoscaling.enabled=true"], 5],
  ])("always says how many pods, for without the number Kubernetes goes back to one: %j", async (set, replicas) => {
    expect(workload(await objectsOf(chart, { set })).spec).toMatchObject({ replicas });
  });

  it("spreads pods over nodes only where there can be more than one", async () => {
    expect((await podOf(chart, "replicas=1")).spec.topologySpreadConstraints).toBeUndefined();
    expect((await podOf(chart, "replicas=2")).spec.topologySpreadConstraints).toHaveLength(1);
    const scaled = await podOf(chart, "replicas=1", "autoscaling.enabled=true");
    expect(scaled.spec.topologySpreadConstraints).toHaveLength(1);
  });

  it("asks for a port on the nodes only where the Service has one", async () => {
    const port = async (...set: string[]) => {
      const objects = await objectsOf(chart, { set });
      return objects.find(({ kind }) => kind === "Service")?.spec?.ports?.[0];
    };
    expect(await port("service.nodePort=32000")).toHaveProperty("nodePort", 32_000);
    expect(await port("service.nodePort=null")).not.toHaveProperty("nodePort");
    expect(await port("service.type=ClusterIP")).not.toHaveProperty("nodePort");
  });

  it("takes the image by its digest where there is one", async () => {
    const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
    const [container] = (await podOf(chart, `image.digest=${digest}`)).spec.containers;
    expect(container?.image).toBe(`todo-${chart}:0.1.0@${digest}`);
  });
});

describe("the page's settings", () => {
  it.each(["backendUrl=http://other:8000", "trustedProxyHops=1"])(
    "roll its pods, and touch nothing else: %s",
    async (set) => {
      expect(await changedBy("frontend", [], [set])).toEqual(["ConfigMap", "Deployment"]);
      const [before, after] = [
        workload(await objectsOf("frontend")),
        workload(await objectsOf("frontend", { set: [set] })),
      ];
      const [old, now] = [serverPod([before]), serverPod([after])];
      expect(now.metadata.annotations).not.toEqual(old.metadata.annotations);
      expect({ ...now, metadata: { ...now.metadata, annotations: old.metadata.annotations } }).toEqual(old);
      expect({ ...after, spec: { ...after.spec, template: before.spec?.template } }).toEqual(before);
    },
  );
});

describe("postgres", () => {
  it("changes the StatefulSet alone with a new image", async () => {
    expect(await changedBy("postgres", [], ["image.tag=18.4"])).toEqual(["StatefulSet"]);
  });

  it("keeps its data on a volume only where it shall", async () => {
    const { spec } = workload(await objectsOf("postgres", { set: ["persistence.enabled=false"] }));
    expect(spec).not.toHaveProperty("volumeClaimTemplates");
    expect(spec?.template?.spec.volumes).toContainEqual({ name: "data", emptyDir: {} });
  });
});
