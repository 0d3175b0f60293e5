export type Values = Record<string, unknown>;

export type Container = {
  name: string;
  image: string;
  /** All of it. */
  spec: Values;
};

/** Where the kinds that make pods keep the pod's specification. */
const POD_IN: Record<string, string[]> = {
  "core/v1:Pod": ["spec"],
  "apps/v1:Deployment": ["spec", "template", "spec"],
  "apps/v1:StatefulSet": ["spec", "template", "spec"],
  "apps/v1:DaemonSet": ["spec", "template", "spec"],
  "apps/v1:ReplicaSet": ["spec", "template", "spec"],
  "batch/v1:Job": ["spec", "template", "spec"],
  "batch/v1:CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** The specification of the pods that a resource makes, `undefined` when it makes none. */
export function podOf(type: string, props: Values): Values | undefined {
  const path = POD_IN[type.replace(/^kubernetes:/, "")];
  return path?.reduce<Values>((inner, part) => asMap(inner[part]), props);
}

/** All containers of those pods, those that run before included. */
export function containersOf(type: string, props: Values): Container[] {
  const pod = podOf(type, props) ?? {};
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((kind) => {
    const list = pod[kind];
    return (Array.isArray(list) ? list : []).map(asMap).map((spec) => ({
      name: String(spec["name"]),
      image: String(spec["image"]),
      spec,
    }));
  });
}

/** The value when it is a map, else an empty one. */
export function asMap(value: unknown): Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
