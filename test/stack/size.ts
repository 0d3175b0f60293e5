import { expect, it } from "vitest";
import { kubectl, NAMESPACE } from "../support/stack/cluster.ts";
import { PROFILE } from "../support/stack/profile.ts";
import { must, tell } from "../support/stack/world.ts";

const MIB = 2 ** 20;
/** Of Minikube's 3 GB, what is left for nobody when all limits were used is not asked; what is in use must fit. */
const NODE_MIB = 3072;

type Pod = { podRef: { name: string; namespace: string }; memory?: { workingSetBytes?: number } };

export function size(): void {
  it("the whole fits into 2 CPUs and 3 GB: every pod is placed, ready, and none was killed", async () => {
    const { CPUs, Memory } = await profileConfig();
    expect([CPUs, Memory]).toEqual([2, NODE_MIB]);
    const json = await kubectl("get", "pods", "-o", "json");
    const { items } = JSON.parse(json) as {
      items: {
        metadata: { name: string };
        status: { containerStatuses?: { ready: boolean; lastState?: { terminated?: { reason: string } } }[] };
      }[];
    };
    expect(items.length).toBeGreaterThanOrEqual(4);
    const containers = items.flatMap(({ metadata, status }) =>
      (status.containerStatuses ?? [{ ready: false }]).map((container) => ({ pod: metadata.name, ...container })),
    );
    expect(containers.filter(({ ready }) => !ready)).toEqual([]);
    expect(containers.filter((each) => each.lastState?.terminated?.reason === "OOMKilled")).toEqual([]);

    const { node, pods } = await stats();
    expect(node).toBeLessThan(NODE_MIB);
    tell(`memory in use on the node: ${node.toFixed(0)} MiB of ${NODE_MIB}`);
    for (const [name, mib] of pods) tell(`memory of ${name}: ${mib.toFixed(0)} MiB`);
  });
}

async function profileConfig(): Promise<{ CPUs: number; Memory: number }> {
  const list = JSON.parse(await must("minikube", ["profile", "list", "--light", "-o", "json"])) as {
    valid: { Name: string; Config: { CPUs: number; Memory: number } }[];
  };
  const found = list.valid.find(({ Name }) => Name === PROFILE);
  if (!found) throw new Error(`no profile ${PROFILE}`);
  return found.Config;
}

/** What the kubelet has counted, in MiB; ours first, then the system's. */
async function stats(): Promise<{ node: number; pods: [string, number][] }> {
  const json = await kubectl("get", "--raw", `/api/v1/nodes/${PROFILE}/proxy/stats/summary`);
  const { node, pods } = JSON.parse(json) as { node: Pod; pods: Pod[] };
  const mib = ({ memory }: Pod) => (memory?.workingSetBytes ?? 0) / MIB;
  const named = pods.map((pod): [string, number] => [`${pod.podRef.namespace}/${pod.podRef.name}`, mib(pod)]);
  const ours = ([name]: [string, number]) => name.startsWith(`${NAMESPACE}/`);
  const sorted = named.sort(([a], [b]) => a.localeCompare(b));
  return { node: mib(node), pods: [...sorted.filter(ours), ...sorted.filter((each) => !ours(each))] };
}
