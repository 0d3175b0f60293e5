import { runtime } from "@pulumi/pulumi";

/** A resource that a program under test asked for. */
export type Asked = {
  type: string;
  name: string;
  /** Without secrets: they read `[secret]`. */
  inputs: Record<string, unknown>;
  /** With them. */
  plainInputs: Record<string, unknown>;
  opts: Record<string, unknown>;
};

const SECRET_SIGN = "4dabf18193072939515e22adb298388d";
export const PROJECT = "todo";

/** What stands in for the cluster: outputs that the real one would add. */
export type World = {
  preview?: boolean;
  clusterId?: string;
  /** Types of objects that are gone, as a refresh finds them. */
  gone?: string[];
  /** The outputs of the run before. */
  before?: Record<string, unknown>;
};

/**
 * Runs a part of the program without engine, providers and cluster, and tells what it asked for.
 * @param config as in the stack's file, without the project's name; encrypted where the key is in `secretKeys`
 */
export async function runStack(
  build: () => unknown,
  {
    config = {},
    secretKeys = [],
    world = {},
    stack = "test",
  }: { config?: Record<string, string>; secretKeys?: string[]; world?: World; stack?: string } = {},
): Promise<Asked[]> {
  const asked: Asked[] = [];
  let failure: { error: unknown } | undefined;
  const options = new Map<string, Record<string, unknown>>();
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        asked.push({ type, name, inputs: hideSecrets(inputs), plainInputs: showSecrets(inputs), opts: {} });
        return { id: id ?? `${name}-id`, state: outputsOf(type, name, inputs, world) };
      },
      call: () => ({}),
    },
    PROJECT,
    stack,
    world.preview ?? false,
    "organization",
  );
  acceptHooks();
  const withProject = ([key, value]: [string, string]): [string, string] => [`${PROJECT}:${key}`, value];
  runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(withProject)),
    secretKeys.map((key) => `${PROJECT}:${key}`),
  );
  await runtime.runInPulumiStack(async () => {
    runtime.registerStackTransformation(({ type, name, opts }) => {
      options.set(`${type} ${name}`, { ...opts });
      return undefined;
    });
    try {
      await build();
    } catch (error) {
      // Pulumi would report it as a rejection that nobody handles.
      failure = { error };
    }
    return {};
  });
  await runtime.disconnect();
  if (failure !== undefined) throw failure.error;
  return asked.map((resource) => ({ ...resource, opts: options.get(`${resource.type} ${resource.name}`) ?? {} }));
}

/** Pulumi's mocks say that they know hooks, and don't. */
function acceptHooks(): void {
  const accept = (_request: unknown, callback: (error: null, answer: object) => void) => callback(null, {});
  Object.assign(Object(runtime.getMonitor()), { registerResourceHook: accept });
}

/** The one resource of a type; `name` chooses among several. */
export function only(asked: Asked[], type: string, name?: string): Asked {
  const found = asked.filter((resource) => resource.type === type && (name === undefined || resource.name === name));
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(
      `${found.length} resources ${type} ${name ?? ""} among ${asked.map((r) => `${r.type} ${r.name}`).join(", ")}`,
    );
  }
  return first;
}

function outputsOf(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  { clusterId, gone, before }: World,
): object {
  if (gone?.includes(type) && name !== "kube-system") return {};
  switch (type) {
    case "kubernetes:core/v1:Namespace":
      return name === "kube-system" ? { metadata: { name, uid: clusterId ?? "cluster-1" } } : inputs;
    case "pulumi:pulumi:StackReference":
      return { ...inputs, outputs: before ?? {} };
    case "kubernetes:core/v1:Secret":
      return { ...inputs, metadata: { ...Object(inputs["metadata"]), name: `${name}-auto` } };
    case "random:index/randomPassword:RandomPassword":
      return { ...inputs, result: `made-${name}` };
    default:
      return inputs;
  }
}

function isSecret(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && SECRET_SIGN in value && "value" in value;
}

function mapValues(value: unknown, onSecret: (inner: unknown) => unknown): unknown {
  if (isSecret(value)) return onSecret(value.value);
  if (Array.isArray(value)) return value.map((item) => mapValues(item, onSecret));
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapValues(inner, onSecret)]))
    : value;
}

function hideSecrets(inputs: Record<string, unknown>): Record<string, unknown> {
  return mapValues(inputs, () => "[secret]") as Record<string, unknown>;
}

function showSecrets(inputs: Record<string, unknown>): Record<string, unknown> {
  const show = (inner: unknown): unknown => mapValues(inner, show);
  return mapValues(inputs, show) as Record<string, unknown>;
}
