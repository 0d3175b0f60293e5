import { describe, expect, it } from "vitest";
import { ALL_CASES, containersOf, type KubeObject, objectsOf, type Pod, podsOf } from "./_objects.ts";
import { restrictedFaults } from "./_restricted.ts";

describe.each(ALL_CASES)("$chart, $name", ({ chart, file }) => {
  const render = () => objectsOf(chart, { values: [file] });

  it("has only pods that the restricted profile admits, those of its tests too", async () => {
    const pods = podsOf(await render());
    expect(pods.map(({ name }) => name)).toHaveLength(2);
    expect(pods.flatMap((pod) => restrictedFaults(pod).map((fault) => `${pod.name}: ${fault}`))).toEqual([]);
  });

  it("lets no container write to its image", async () => {
    const containers = podsOf(await render()).flatMap(containersOf);
    expect(containers.map(({ securityContext }) => securityContext?.readOnlyRootFilesystem)).toEqual(
      containers.map(() => true),
    );
  });

  it("says of every pod with which numbers it runs, none of them root's", async () => {
    const users = podsOf(await render()).flatMap(({ spec }) => [
      spec.securityContext?.runAsUser ?? 0,
      spec.securityContext?.["runAsGroup"] ?? 0,
    ]);
    expect(users.filter((user) => user === 0)).toEqual([]);
  });

  it("gives no pod a key to the cluster", async () => {
    const objects = await render();
    const accounts = objects.filter(({ kind }) => kind === "ServiceAccount");
    expect(accounts.map(({ automountServiceAccountToken }) => automountServiceAccountToken)).toEqual([false]);
    for (const { spec } of podsOf(objects)) {
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.serviceAccountName).toBe(accounts[0]?.metadata.name);
      expect(JSON.stringify(spec.volumes ?? [])).not.toContain("serviceAccountToken");
    }
    expect(objects.filter(({ kind }) => /Role/.test(kind))).toEqual([]);
  });

  it("bounds the memory and disk of every container and says what it needs of them", async () => {
    const unbounded = podsOf(await render())
      .flatMap(containersOf)
      .filter(({ resources }) =>
        [resources?.limits, resources?.requests].some(
          (amounts) => !amounts?.["memory"] || !amounts["ephemeral-storage"],
        ),
      );
    expect(unbounded.map(({ name }) => name)).toEqual([]);
  });

  it("makes no Secret and holds no secret: pods get them from Secrets by name", async () => {
    const objects = await render();
    expect(objects.filter(({ kind }) => kind === "Secret")).toEqual([]);
    expect(plainSecrets(objects)).toEqual([]);
  });
});

/** Variables that are secrets by their name but are given in plain text; tokens that are counted are none. */
function plainSecrets(objects: KubeObject[]): string[] {
  const given = [
    ...podsOf(objects)
      .flatMap(containersOf)
      .flatMap(({ env = [] }) => env.filter(({ value }) => value !== undefined).map(({ name }) => name)),
    ...objects.flatMap(({ kind, data }) => (kind === "ConfigMap" ? Object.keys(data ?? {}) : [])),
  ];
  return given.filter((name) => /SECRET|KEY|PASSWORD(?!_FILE)|TOKEN(?!S$)|DATABASE_(DIRECT_)?URL/.test(name));
}

describe("what the restricted profile refuses", () => {
  const good = async () => structuredClone(podsOf(await objectsOf("backend"))[0]) as Pod;
  const first = (pod: Pod) => {
    const [container] = pod.spec.containers;
    if (!container) throw new Error("no container");
    return container;
  };

  it("is nothing in the pod that is broken here", async () => {
    expect(restrictedFaults(await good())).toEqual([]);
  });

  it.each<[string, (pod: Pod) => void]>([
    ["hostNetwork", (pod) => Object.assign(pod.spec, { hostNetwork: true })],
    ["hostPID", (pod) => Object.assign(pod.spec, { hostPID: true })],
    ["type hostPath", (pod) => pod.spec.volumes?.push({ name: "node", hostPath: { path: "/" } })],
    ["pod runs as root", (pod) => Object.assign(pod.spec.securityContext ?? {}, { runAsUser: 0 })],
    ["backend: runAsNonRoot", (pod) => delete pod.spec.securityContext?.runAsNonRoot],
    ["migrate: runAsNonRoot", (pod) => delete pod.spec.securityContext?.runAsNonRoot],
    ["backend: seccomp", (pod) => delete pod.spec.securityContext?.seccompProfile],
    [
      "seccomp of the pod",
      (pod) => Object.assign(pod.spec.securityContext ?? {}, { seccompProfile: { type: "Unconfined" } }),
    ],
    ["sysctls", (pod) => Object.assign(pod.spec.securityContext ?? {}, { sysctls: [{}] })],
    ["backend: runs as root", (pod) => Object.assign(first(pod).securityContext ?? {}, { runAsUser: 0 })],
    ["backend: privileged", (pod) => Object.assign(first(pod).securityContext ?? {}, { privileged: true })],
    ["backend: allowPrivilegeEscalation", (pod) => delete first(pod).securityContext?.allowPrivilegeEscalation],
    ["backend: does not drop ALL", (pod) => Object.assign(first(pod).securityContext ?? {}, { capabilities: {} })],
    [
      "backend: adds capabilities",
      (pod) => Object.assign(first(pod).securityContext?.capabilities ?? {}, { add: ["NET_RAW"] }),
    ],
    ["migrate: does not drop ALL", (pod) => delete pod.spec.initContainers?.[0]?.securityContext],
    ["backend: hostPort", (pod) => first(pod).ports?.push({ name: "x", containerPort: 1, hostPort: 1 })],
  ])("%s", async (fault, spoil) => {
    const pod = await good();
    spoil(pod);
    expect(restrictedFaults(pod).join("\n")).toContain(fault);
  });
});
