import { DEFAULTS } from "./defaults.ts";

/** As the chart's StatefulSet names the claim of its one pod. */
export const CLAIM = "data-postgres-0";

/** What a volume is made with. Kubernetes changes none of it later, but the size where the storage class can grow. */
export type Volume = {
  /** `false`: there is none, and the data go with the pod. */
  enabled: boolean;
  /** As Kubernetes writes quantities: `1Gi`. */
  size: string;
  /** Empty: the cluster's default. */
  storageClassName: string;
  /** PostgreSQL's major version and the kind of its image, such as `18` and `18 on Alpine`; empty where the tag tells none. */
  data: string;
};

/** Values of the chart that the program decides, for the addresses and the fate of the data hang on them. */
const DECIDED = [
  ["nameOverride"],
  ["fullnameOverride"],
  ["secret"],
  ["user"],
  ["database"],
  ["service", "port"],
  ["persistence", "whenDeleted"],
];

/** The values among a user's that the program decides, as `persistence.whenDeleted`. */
export function decidedAmong(values: Record<string, unknown>): string[] {
  return DECIDED.filter((keys) => valueAt(values, keys) !== undefined).map((keys) => keys.join("."));
}

/** The volume that a user's values of the chart ask for. */
export function volumeOf(values: Record<string, unknown>): Volume {
  const { enabled, size, storageClassName, tag } = DEFAULTS.postgres;
  const text = (keys: string[], otherwise: string) => String(valueAt(values, keys) ?? otherwise);
  return {
    enabled: text(["persistence", "enabled"], String(enabled)) === "true",
    size: text(["persistence", "size"], size),
    storageClassName: text(["persistence", "storageClassName"], storageClassName),
    data: kindOfData(text(["image", "tag"], tag)),
  };
}

/** Alpine sorts text by other rules, so that an index made elsewhere is wrong there. */
function kindOfData(tag: string): string {
  const [major] = /^\d+/.exec(tag) ?? [];
  return major === undefined ? "" : `${major}${/alpine/.test(tag) ? " on Alpine" : ""}`;
}

const UNITS: Record<string, number> = { M: 1e6, G: 1e9, T: 1e12, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** A size in bytes; NaN when it is none. */
export function bytesOf(size: string): number {
  const [, number, unit = ""] = /^(\d+)(\w+)$/.exec(size) ?? [];
  return Number(number) * (UNITS[unit] ?? Number.NaN);
}

function valueAt(values: unknown, keys: string[]): unknown {
  return keys.reduce<unknown>((value, key) => Object(value)[key], values);
}
