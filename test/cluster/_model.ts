import { networkInterfaces } from "node:os";
import { outsideMinikube } from "../../scripts/cluster/settings.ts";
import { execute } from "../support/execute.ts";
import { type FakeOpenAi, type Script, startFakeOpenAi } from "../support/fake-openai/start-fake-openai.ts";
import { minikube } from "./_cluster.ts";

/**
 * Where a server on this machine must listen so that pods reach it, and by which name they do. The gateway of Minikube's
 * network is an address of this machine, unless Docker itself runs in a machine of its own; that one hands on to loopback.
 */
export async function hostAddress(): Promise<{ listen: string; asPodsSeeIt: string }> {
  const format = "--format={{range .IPAM.Config}}{{.Gateway}} {{end}}";
  const ask = ["network", "inspect", minikube().profile, format];
  const gateways = (await execute("docker", ask, { env: outsideMinikube(process.env) })).split(" ");
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const gateway = gateways.find((address) => own.some((each) => each.family === "IPv4" && each.address === address));
  return gateway
    ? { listen: gateway, asPodsSeeIt: gateway }
    : { listen: "127.0.0.1", asPodsSeeIt: "host.minikube.internal" };
}

export type ClusterModel = FakeOpenAi & { urlForPods: string };

/** Starts a model server on this machine that pods can reach, at a free port unless one is named. */
export async function startModel(respond: Script = [], port = 0): Promise<ClusterModel> {
  const { listen, asPodsSeeIt } = await hostAddress();
  const model = await startFakeOpenAi({ respond, host: listen, port });
  return { ...model, urlForPods: `http://${asPodsSeeIt}:${model.port}/v1` };
}
