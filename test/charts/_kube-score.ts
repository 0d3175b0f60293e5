import { jsonOf } from "./_json-of.ts";

/** Grades below it are warnings and critical faults. */
const GOOD = 7;
/** Kube-score has them, but does not run them by itself. */
const MORE_CHECKS = ["container-seccomp-profile", "container-ports-check"];

type Waiver = {
  check: string;
  /** Some objects, by `<chart>/<case>/<kind>/<name>`; all without it. */
  objects?: RegExp;
  reason: string;
};

/** What kube-score asks for and the charts do otherwise, each with its reason. A line that nothing needs any more fails. */
export const WAIVERS: readonly Waiver[] = [
  {
    check: "container-image-pull-policy",
    reason: "images are built into the node; Always would ask a registry that does not have them",
  },
  {
    check: "container-security-context-user-group-id",
    reason: "the images' users are 1001 and 999; what keeps them from the node is the restricted profile, not a number",
  },
  {
    check: "pod-networkpolicy",
    objects: /^\w+\/(?!network-policy)/,
    reason: "a NetworkPolicy is a choice, off at first: it does nothing on Minikube's network",
  },
  {
    check: "pod-networkpolicy",
    objects: /\/network-policy\/Pod\/[\w-]+-test$/,
    reason: "the pod of helm test lives for seconds and is nobody's server",
  },
  {
    check: "service-type",
    objects: /^(frontend|backend)\/.*\/Service\//,
    reason: "a NodePort is how a browser reaches Minikube without anything else installed",
  },
  {
    check: "pod-probes-identical",
    objects: /^frontend\/.*\/Deployment\//,
    reason: "the page answers for itself alone, so alive and ready are the same question",
  },
  {
    check: "deployment-replicas",
    objects: /^backend\/(?!many-replicas|autoscaling)/,
    reason: "one backend is enough at first; an update never goes below it, and the case many-replicas has three",
  },
  {
    check: "deployment-targeted-by-hpa-does-not-have-replicas-configured",
    objects: /^(frontend|backend)\/autoscaling\/Deployment\//,
    reason: "an upgrade asks for as many as run; without the number Kubernetes would go back to one for a moment",
  },
  {
    check: "deployment-has-host-podantiaffinity",
    reason: "topologySpreadConstraints spread the pods, and still start them where there is one node",
  },
  {
    check: "statefulset-has-servicename",
    objects: /^postgres\//,
    reason: "there is one pod, which nobody asks for by a name of its own, so its Service has an address",
  },
];

export type Finding = { object: string; check: string; comment: string };

/** What kube-score prints for an object. */
type Scored = {
  type_meta: { kind: string };
  object_meta: { name: string };
  checks: {
    check: { id: string };
    grade: number;
    skipped: boolean;
    comments: { path: string; summary: string }[] | null;
  }[];
};

/**
 * What kube-score finds in rendered objects.
 * @param file YAML documents
 * @param options.place `<chart>/<case>`
 */
export async function score(
  program: string,
  file: string,
  { place, kubernetesVersion }: { place: string; kubernetesVersion: string },
): Promise<Finding[]> {
  const optional = MORE_CHECKS.map((id) => `--enable-optional-test=${id}`);
  const version = `--kubernetes-version=v${kubernetesVersion.split(".").slice(0, 2).join(".")}`;
  const args = ["score", "-o=json", version, ...optional, file];
  const objects = await jsonOf<Scored[]>(program, args);
  if (objects.length === 0) throw new Error(`kube-score saw no object in ${file}`);
  return objects.flatMap(({ type_meta, object_meta, checks }) =>
    checks
      .filter(({ skipped, grade }) => !skipped && grade < GOOD)
      .map(({ check, comments }) => ({
        object: `${place}/${type_meta.kind}/${object_meta.name}`,
        check: check.id,
        comment: (comments ?? []).map(({ path, summary }) => [path, summary].filter(Boolean).join(": ")).join("; "),
      })),
  );
}

/** Takes away what is waived: `idle` are the waivers that were not needed. */
export function applyWaivers(
  findings: readonly Finding[],
  waivers: readonly Waiver[] = WAIVERS,
): { faults: Finding[]; idle: Waiver[] } {
  const isWaived = ({ check, object }: Finding, waiver: Waiver) =>
    waiver.check === check && (waiver.objects?.test(object) ?? true);
  return {
    faults: findings.filter((finding) => !waivers.some((waiver) => isWaived(finding, waiver))),
    idle: waivers.filter((waiver) => !findings.some((finding) => isWaived(finding, waiver))),
  };
}
