import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterEach } from "vitest";
import { eventually } from "../support/eventually.ts";
import { clusterEnv, docker, kubectl, MINUTE, PATIENTLY } from "./_cluster.ts";
import { TEST_NAMESPACE } from "./_minikube.ts";

export type Pod = {
  name: string;
  ready: boolean;
  /** Whether it was told to go. */
  ending: boolean;
  /** Of all its containers, those that run before it too. */
  restarts: number;
};

type ContainerStatus = { restartCount: number };
type PodObject = {
  metadata: { name: string; deletionTimestamp?: string };
  status: {
    conditions?: { type: string; status: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
};

/** The pods of a release, or of all. */
export async function listPods(release?: string, namespace = TEST_NAMESPACE): Promise<Pod[]> {
  const selector = release ? [`--selector=app.kubernetes.io/instance=${release}`] : [];
  const found = await kubectl([`--namespace=${namespace}`, "get", "pods", "--output=json", ...selector]);
  const { items } = JSON.parse(found) as { items: PodObject[] };
  return items.map(({ metadata, status }) => ({
    name: metadata.name,
    ready: status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false,
    ending: metadata.deletionTimestamp !== undefined,
    restarts: [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].reduce(
      (sum, { restartCount }) => sum + restartCount,
      0,
    ),
  }));
}

/** Waits until a release has exactly so many pods, all of them ready and none that is to go, and gives their names. */
export function settled(release: string, replicas: number): Promise<string[]> {
  const look = async () => {
    const pods = await listPods(release);
    return pods.length === replicas && pods.every((pod) => pod.ready && !pod.ending) && pods.map(({ name }) => name);
  };
  return eventually(`${replicas} ready pods of ${release}`, look, { ...PATIENTLY, timeoutMs: 3 * MINUTE });
}

/** What a pod has logged so far; nothing before the container has begun. */
export async function logsOf(pod: string, container = "backend"): Promise<string> {
  try {
    return await kubectl(["logs", pod, `--container=${container}`]);
  } catch (error) {
    if (error instanceof Error && /waiting to start|not found/.test(error.message)) return "";
    throw error;
  }
}

/** Has the log of every pod printed, its last lines, when a test of the file fails. To be called at the file's top. */
export function showLogsOfFailures(): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    for (const { name, ready, restarts } of await listPods()) {
      const log = await kubectl(["logs", name, "--all-containers", "--prefix", "--tail=20"]).catch(String);
      console.log(`${name} (${ready ? "ready" : "not ready"}, ${restarts} restarts):\n${log}`);
    }
  });
}

export type LogLine = { time: string; msg: string; [field: string]: unknown };

/** The JSON lines of a backend's log; other lines (Node's own warnings) are left out. */
export function logLines(log: string): LogLine[] {
  return log.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as LogLine] : []));
}

/** Follows a pod's log until it is gone; `lines` grows meanwhile. */
export function followLog(pod: string): { lines: string[]; stop: () => void } {
  const args = [`--namespace=${TEST_NAMESPACE}`, "logs", "--follow", "--container=backend", pod];
  const child = spawn("kubectl", args, { env: clusterEnv(), stdio: ["ignore", "pipe", "ignore"] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  return { lines, stop: () => void child.kill() };
}

/** The id of the container in which a pod's backend runs. */
export async function containerOf(pod: string): Promise<string> {
  const labels = { "io.kubernetes.pod.name": pod, "io.kubernetes.container.name": "backend" };
  return docker(["ps", "--quiet", "--no-trunc", ...Object.entries(labels).map(([k, v]) => `--filter=label=${k}=${v}`)]);
}

/** When a container ended, in milliseconds since the epoch, as Docker tells it; undefined while it has not. */
export async function endOf(container: string, since: number): Promise<number | undefined> {
  const window = [`--since=${Math.floor(since / 1_000) - 1}`, `--until=${Math.ceil(Date.now() / 1_000)}`];
  const filters = ["--filter=event=die", `--filter=container=${container}`];
  const nanos = await docker(["events", ...window, ...filters, "--format={{.TimeNano}}"]);
  const [first = ""] = nanos.split("\n");
  return first === "" ? undefined : Number(BigInt(first) / 1_000_000n);
}
