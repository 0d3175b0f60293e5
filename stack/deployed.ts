import { getOrganization, getProject, getStack, RunError, StackReference } from "@pulumi/pulumi";
import type { Settings } from "./config.ts";
import { bytesOf, type Volume, volumeOf } from "./volume.ts";

/** Where a stack lies and what holds its data: an output, by which the next run knows what must not change. */
export type Deployed = {
  context: string;
  namespace: string;
  builtIn: "minikube" | "registry";
  helmEngine: string;
  keepData: boolean;
  /** As it was made, whatever it has grown to since; it stays while the database is elsewhere. None was made yet: `null`. */
  volume: Volume | null;
};

/** What the newest run of this stack has deployed; nothing before the first, or after `pulumi destroy`. */
export async function readDeployed(): Promise<Partial<Deployed> | undefined> {
  const name = [getOrganization(), getProject(), getStack()].join("/");
  const reference = new StackReference("deployed", { name });
  const [{ value }, namespace] = await Promise.all([
    reference.getOutputDetails("deployed"),
    // All that earlier versions of this program told.
    reference.getOutputDetails("namespace"),
  ]);
  if (value !== undefined) return value;
  return typeof namespace.value === "string" ? { namespace: namespace.value } : undefined;
}

/** What a run leaves for the next one. */
export function deployedBy(settings: Settings, before: Partial<Deployed> | undefined): Deployed {
  const { context, namespace, target, helmEngine, keepData } = settings;
  return { context, namespace, builtIn: target.kind, helmEngine, keepData, volume: volumeToMake(settings, before) };
}

/** The volume as it was made first: the chart is given this one for ever, so that nothing replaces what holds it. */
function volumeToMake({ database, chartValues }: Settings, before: Partial<Deployed> | undefined): Volume | null {
  return before?.volume ?? (database.kind === "cluster" ? volumeOf(chartValues.postgres) : null);
}

/**
 * Refuses settings that would leave the data behind or take them away, before anything is asked of the cluster.
 * @throws RunError that lists them, each with its cure
 */
export function refuseLoss(settings: Settings, before: Partial<Deployed> | undefined): void {
  if (before === undefined) return;
  const problems = [...moves(settings, before), ...volumeChanges(settings, before.volume ?? undefined)];
  if (problems.length === 0) return;
  throw new RunError(
    `stack ${getStack()} has data that would be lost, so nothing is changed:\n- ${problems.join("\n- ")}\n` +
      "To start anew without them, set it back, npm run down, and set it again.",
  );
}

function moves(settings: Settings, before: Partial<Deployed>): string[] {
  const now = deployedBy(settings, before);
  const kept = { context: "the cluster", namespace: "the namespace", helmEngine: "the engine" } as const;
  const keys = ["context", "namespace", "helmEngine"] as const;
  const problems = keys.flatMap((key) => {
    const then = before[key];
    if (then === undefined || then === now[key]) return [];
    const cure =
      key === "context" && settings.target.kind === "minikube" && settings.context === settings.target.profile
        ? "minikubeProfile"
        : key;
    return [`${kept[key]} was ${then} and is ${now[key]} now:\n  pulumi config set ${cure} ${then}`];
  });
  if (before.builtIn === "minikube" && now.builtIn === "registry") {
    problems.push("imageRegistry was not set, and the volume is Minikube's:\n  pulumi config rm imageRegistry");
  }
  return problems;
}

function volumeChanges({ target, database, chartValues }: Settings, made: Volume | undefined): string[] {
  if (made === undefined || database.kind !== "cluster") return [];
  const wanted = volumeOf(chartValues.postgres);
  const back = (path: string, value: unknown) => `pulumi config set --path chartValues.postgres.${path} ${value}`;
  const problems: string[] = [];
  for (const key of ["enabled", "storageClassName"] as const) {
    if (wanted[key] === made[key]) continue;
    const cure =
      made[key] === ""
        ? `pulumi config rm --path chartValues.postgres.persistence.${key}`
        : back(`persistence.${key}`, made[key]);
    problems.push(
      `persistence.${key} was ${made[key] || '""'}, which no volume changes; it is ${wanted[key] || '""'} now:\n  ${cure}`,
    );
  }
  if (wanted.size !== made.size) {
    const cannot = whyNotThatSize(wanted, made, target.kind);
    const cure = back("persistence.size", made.size);
    if (cannot !== undefined) problems.push(`persistence.size was ${made.size}, ${cannot}:\n  ${cure}`);
  }
  if (made.data !== "" && wanted.data !== "" && wanted.data !== made.data) {
    problems.push(
      `the data are those of PostgreSQL ${made.data}, which ${wanted.data} can't read:\n  ${back("image.tag", made.data.replace(" on Alpine", "-alpine"))}`,
    );
  }
  return problems;
}

/** Why a volume can't get another size; nothing where Kubernetes is to say it, which looks at preview. */
function whyNotThatSize(wanted: Volume, made: Volume, target: "minikube" | "registry"): string | undefined {
  if (!(bytesOf(wanted.size) >= bytesOf(made.size))) return "and volumes do not shrink";
  if (target === "minikube" && ["", "standard"].includes(made.storageClassName)) {
    return "and Minikube's volumes do not grow, nor need to: its disk is all theirs, whatever they ask for";
  }
  return undefined;
}
