import { parseAllDocuments } from "yaml";
import { CHARTS, casesOf, chartFolder, type RenderOptions, render } from "./_render.ts";

export type Labels = Record<string, string>;
type HttpGet = { path: string; port: string | number; host?: string };
export type Probe = {
  httpGet?: HttpGet;
  exec?: { command: string[] };
  initialDelaySeconds?: number;
  periodSeconds?: number;
};
export type EnvVar = {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean } };
};
export type SecurityContext = {
  runAsNonRoot?: boolean;
  runAsUser?: number;
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  readOnlyRootFilesystem?: boolean;
  capabilities?: { add?: string[]; drop?: string[] };
  seccompProfile?: { type: string };
  [other: string]: unknown;
};
export type Container = {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: EnvVar[];
  envFrom?: { configMapRef?: { name: string } }[];
  ports?: { name: string; containerPort: number; hostPort?: number }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  resources?: { limits?: Labels; requests?: Labels };
  securityContext?: SecurityContext;
  [other: string]: unknown;
};
export type PodSpec = {
  containers: Container[];
  initContainers?: Container[];
  volumes?: ({ name: string } & Record<string, unknown>)[];
  securityContext?: SecurityContext;
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  topologySpreadConstraints?: unknown[];
  terminationGracePeriodSeconds?: number;
  [other: string]: unknown;
};
export type Pod = { metadata: Metadata; spec: PodSpec };
type Metadata = { name: string; namespace?: string; labels: Labels; annotations?: Labels };
type ServicePort = { name: string; port: number; targetPort: string | number; nodePort?: number };
type NetworkRule = { ports?: { port: string | number }[]; from?: { podSelector?: { matchLabels: Labels } }[] };

export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  data?: Labels;
  automountServiceAccountToken?: boolean;
  /** What the kinds of our charts have; a Service's selector is `selector` itself. */
  spec?: {
    replicas?: number;
    selector?: { matchLabels?: Labels } & Record<string, unknown>;
    podSelector?: { matchLabels: Labels };
    template?: Pod;
    type?: string;
    ports?: ServicePort[];
    ingress?: NetworkRule[];
    egress?: (NetworkRule & { to?: NetworkRule["from"] })[];
    scaleTargetRef?: { apiVersion: string; kind: string; name: string };
    [other: string]: unknown;
  };
};

/** Each file of values in each chart's folder `ci`. */
export const ALL_CASES = CHARTS.flatMap((chart) => casesOf(chart));

type Options = Omit<RenderOptions, "chart">;
/** What was rendered already: most tests ask for the same. */
const renderings = new Map<string, Promise<string>>();

/** The objects that one of our charts makes, its tests among them. */
export async function objectsOf(chart: string, options: Options = {}): Promise<KubeObject[]> {
  const key = JSON.stringify([chart, options]);
  const rendering = renderings.get(key) ?? render({ chart: chartFolder(chart), ...options });
  renderings.set(key, rendering);
  return parseObjects(await rendering);
}

export function parseObjects(text: string): KubeObject[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) throw new Error("rendered nothing");
  const faults = documents.flatMap(({ errors }) => errors);
  if (faults[0]) throw faults[0];
  return documents.map((document) => document.toJS() as KubeObject | null).filter((object) => object !== null);
}

/** The objects of a release, without those that only `helm test` makes. */
export function released(objects: KubeObject[]): KubeObject[] {
  return objects.filter(({ metadata }) => metadata.annotations?.["helm.sh/hook"] === undefined);
}

/** The one object of a kind. */
export function only(kind: string, objects: KubeObject[]): KubeObject {
  const found = released(objects).filter((object) => object.kind === kind);
  if (found.length !== 1 || !found[0]) throw new Error(`expected one ${kind}, found ${found.length}`);
  return found[0];
}

/** What runs the chart's server. */
export function workload(objects: KubeObject[]): KubeObject {
  return only(objects.some(({ kind }) => kind === "StatefulSet") ? "StatefulSet" : "Deployment", objects);
}

/** The pod of the chart's server. */
export function serverPod(objects: KubeObject[]): Pod {
  const pod = workload(objects).spec?.template;
  if (!pod) throw new Error("the workload has no pod");
  return pod;
}

/** The container of the chart's server. */
export function serverOf(objects: KubeObject[]): Container {
  const [server, ...others] = serverPod(objects).spec.containers;
  if (!server || others.length > 0) throw new Error("expected one container");
  return server;
}

/** All pods, of workloads and of tests, with a name to tell them apart. */
export function podsOf(objects: KubeObject[]): (Pod & { name: string })[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    if (spec?.template) return [{ ...spec.template, name: `${kind} ${metadata.name}` }];
    return kind === "Pod" ? [{ metadata, spec: spec as unknown as PodSpec, name: `Pod ${metadata.name}` }] : [];
  });
}

export function containersOf({ spec }: Pod): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

/** An object's place in the cluster. */
export function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}

/** Whether a selector finds something with these labels. An empty one would find everything, which none of ours may. */
export function selects(selector: Labels, labels: Labels): boolean {
  const wanted = Object.entries(selector);
  if (wanted.length === 0) throw new Error("an empty selector");
  return wanted.every(([key, value]) => labels[key] === value);
}
