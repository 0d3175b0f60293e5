import { describe, expect, it } from "vitest";
import {
  ALL_CASES,
  containersOf,
  type KubeObject,
  keyOf,
  type Labels,
  objectsOf,
  only,
  parseObjects,
  podsOf,
  released,
  selects,
  serverOf,
  serverPod,
  workload,
} from "./_objects.ts";
import { chartFolder, render } from "./_render.ts";

/** The labels that an object asks for, if it asks for any. */
function selectorOf({ kind, spec }: KubeObject): Labels | undefined {
  if (kind === "Service") return spec?.selector as Labels | undefined;
  return spec?.selector?.matchLabels ?? spec?.podSelector?.matchLabels;
}

function selectorsOf(objects: KubeObject[]) {
  return objects.flatMap((object) => {
    const selector = selectorOf(object);
    return selector ? [{ key: keyOf(object), selector }] : [];
  });
}

describe.each(ALL_CASES)("$chart, $name", ({ chart, file }) => {
  const rendered = (release = chart) => objectsOf(chart, { values: [file], release });

  it("finds its own pods by its selectors, and neither its tests nor another release", async () => {
    const [objects, others] = [await rendered(), await rendered(`${chart}-two`)];
    const selectors = selectorsOf(objects);
    expect(selectors.length).toBeGreaterThanOrEqual(2);
    const foreign = [...podsOf(others), ...podsOf(objects).filter(({ name }) => name.startsWith("Pod "))];
    for (const { key, selector } of selectors) {
      expect([key, selects(selector, serverPod(objects).metadata.labels)]).toEqual([key, true]);
      expect([key, foreign.filter(({ metadata }) => selects(selector, metadata.labels)).length]).toEqual([key, 0]);
    }
  });

  it("asks in no selector for what changes with a version", async () => {
    for (const { selector } of selectorsOf(await rendered())) {
      expect(Object.keys(selector).sort()).toEqual(["app.kubernetes.io/instance", "app.kubernetes.io/name"]);
    }
  });

  it("leads every port of the Service and of policies to a named port of the container", async () => {
    const objects = await rendered();
    const named = (serverOf(objects).ports ?? []).map(({ name }) => name);
    const ports = only("Service", objects).spec?.ports ?? [];
    const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
    const allowed = policies.flatMap(({ spec }) => spec?.ingress ?? []).flatMap((rule) => rule.ports ?? []);
    expect(ports).toHaveLength(1);
    for (const port of [...ports.map(({ targetPort }) => targetPort), ...allowed.map(({ port }) => port)]) {
      expect(named).toContain(port);
    }
    const { startupProbe, readinessProbe, livenessProbe } = serverOf(objects);
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
      expect(probe).toBeDefined();
      if (probe?.httpGet) expect(named).toContain(probe.httpGet.port);
    }
  });

  it("puts every object into the release's namespace, labelled as Helm wants it", async () => {
    for (const { metadata } of await rendered()) {
      expect(metadata.namespace).toBe("todo");
      expect(metadata.labels).toMatchObject({
        "app.kubernetes.io/instance": chart,
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/part-of": "todo",
        "helm.sh/chart": `${chart}-0.1.0`,
      });
    }
  });

  it("has hooks for nothing but its tests, which run the chart's own image", async () => {
    const objects = await rendered();
    const hooks = objects.filter((object) => !released(objects).includes(object));
    expect(hooks.map(({ metadata }) => metadata.annotations?.["helm.sh/hook"])).toEqual(["test"]);
    const images = podsOf(objects)
      .flatMap(containersOf)
      .map(({ image }) => image);
    expect(new Set(images).size).toBe(1);
  });

  it("renders the same twice, so that an upgrade changes only what someone changed", async () => {
    const again = await render({ chart: chartFolder(chart), values: [file], release: chart });
    expect(parseObjects(again)).toEqual(await rendered());
  });
});

describe("network policies of all charts together", () => {
  const set = ["networkPolicy.enabled=true"];
  const policy = async (chart: string, ...more: string[]) =>
    only("NetworkPolicy", await objectsOf(chart, { set: [...set, ...more] })).spec;
  const labelsOf = async (chart: string) =>
    podsOf(await objectsOf(chart, { set })).map(({ metadata }) => metadata.labels);
  const maySend = (from: Labels[], rules: Awaited<ReturnType<typeof policy>>) => {
    const peers = (rules?.ingress ?? []).flatMap((rule) => rule.from ?? []);
    return from.every((labels) => peers.some(({ podSelector }) => selects(podSelector?.matchLabels ?? {}, labels)));
  };

  it("let the page and its test reach the backend", async () => {
    const backend = await objectsOf("backend", { set });
    expect(maySend(await labelsOf("frontend"), await policy("backend", "networkPolicy.openNodePort=false"))).toBe(true);
    const toBackend = (await policy("frontend"))?.egress?.find(({ to }) => to !== undefined);
    expect(selects(toBackend?.to?.[0]?.podSelector?.matchLabels ?? {}, serverPod(backend).metadata.labels)).toBe(true);
    expect(toBackend?.ports?.map(({ port }) => port)).toEqual([serverOf(backend).ports?.[0]?.containerPort]);
  });

  it("let the backend reach the database", async () => {
    const { containerPort } = serverOf(await objectsOf("postgres")).ports?.[0] ?? {};
    expect(maySend(await labelsOf("backend"), await policy("postgres"))).toBe(true);
    const ports = (await policy("backend"))?.egress?.flatMap((rule) => (rule.ports ?? []).map(({ port }) => port));
    expect(ports).toContain(containerPort);
  });

  it("let nobody else reach the database", async () => {
    expect(maySend([{ "app.kubernetes.io/name": "stranger" }], await policy("postgres"))).toBe(false);
  });

  it("let everybody who needs names ask for them", async () => {
    for (const chart of ["frontend", "backend"]) {
      const ports = (await policy(chart))?.egress?.flatMap((rule) => rule.ports ?? []) ?? [];
      expect(ports).toContainEqual({ port: 53, protocol: "UDP" });
    }
  });
});

describe("a HorizontalPodAutoscaler", () => {
  it.each(["frontend", "backend"])("asks for the pods of the Deployment alone: %s", async (chart) => {
    const objects = await objectsOf(chart, { set: ["autoscaling.enabled=true"], release: "long-name" });
    const { apiVersion, kind, metadata } = workload(objects);
    expect(only("HorizontalPodAutoscaler", objects).spec?.scaleTargetRef).toEqual({
      apiVersion,
      kind,
      name: metadata.name,
    });
  });
});
