import { homedir } from "node:os";
import path from "node:path";
import { DEFAULTS } from "../../stack/defaults.ts";
import { readIfAny } from "../local/stamps.mjs";
import { UserError } from "../local/user-error.mjs";

/**
 * The environment for every call of Pulumi.
 * - The pinned Node comes first on PATH: it runs the program.
 * - Destroying and refreshing ask the program for addresses, since those of a restarted Minikube are new.
 * - Without a choice of the user's, the state lies where `pulumi login --local` puts it, and the passphrase is empty.
 * @param node the path of the pinned Node
 */
export function pulumiEnv(env: NodeJS.ProcessEnv, node: string): NodeJS.ProcessEnv {
  const own = Object.entries(outsideMinikube(env)).filter(([name]) => name.toUpperCase() !== "PATH");
  const searched = env.PATH ?? env["Path"] ?? "";
  return {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_RUN_PROGRAM: "true",
    ...(hasPassphrase(env) ? {} : { PULUMI_CONFIG_PASSPHRASE: "" }),
    ...(hasBackend(env) ? {} : { PULUMI_BACKEND_URL: "file://~" }),
    ...Object.fromEntries(own),
    PATH: [path.dirname(node), searched].join(path.delimiter),
  };
}

/** The environment as it was before `eval $(minikube docker-env)`, which leads every docker command into a Minikube. */
export function outsideMinikube(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!env["MINIKUBE_ACTIVE_DOCKERD"]) return env;
  const names = ["DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"];
  const before = names.flatMap((name) => {
    const value = env[`MINIKUBE_EXISTING_${name}`];
    return value ? [[name, value]] : [];
  });
  const rest = Object.entries(env).filter(
    ([name]) => !names.includes(name) && !/^MINIKUBE_(ACTIVE|EXISTING)_/.test(name),
  );
  return Object.fromEntries([...rest, ...before]);
}

export function hasPassphrase(env: NodeJS.ProcessEnv): boolean {
  return env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || env["PULUMI_CONFIG_PASSPHRASE_FILE"] !== undefined;
}

/** Whether the user has said where Pulumi's state is to lie, by variable or by `pulumi login`. */
export function hasBackend(env: NodeJS.ProcessEnv): boolean {
  if (env["PULUMI_BACKEND_URL"] || env["PULUMI_ACCESS_TOKEN"]) return true;
  const file = path.join(env["PULUMI_HOME"] || path.join(homedir(), ".pulumi"), "credentials.json");
  try {
    return Boolean(JSON.parse(readIfAny(file) ?? "{}").current);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(`${file} is damaged: run pulumi login --local, or log in where your state lies`);
  }
}

/** The name of the stack: the first argument that is no flag, `PULUMI_STACK`, or `dev`. */
export function stackName(args: string[], env: NodeJS.ProcessEnv): string {
  const name = args.find((arg) => !arg.startsWith("-")) ?? (env["PULUMI_STACK"]?.trim() || DEFAULTS.stack);
  if (/^[\w.\-/]+$/.test(name)) return name;
  throw new UserError(`"${name}" can't be the name of a stack: use letters, digits, ".", "-" and "_"`);
}

/** A stack's settings that are no secrets; an empty one counts as none. */
export type Config = Record<string, string>;

/** Whether a stack's images are built within a Minikube on this machine; with a registry they go to any cluster. */
export function isLocal(config: Config): boolean {
  return !config["imageRegistry"];
}

export function profileOf(config: Config): string {
  return config["minikubeProfile"] || DEFAULTS.minikubeProfile;
}

/** The kubeconfig's context that the stack lies in. */
export function contextOf(config: Config): string {
  return config["context"] || profileOf(config);
}

export function namespaceOf(config: Config): string {
  return config["namespace"] || DEFAULTS.namespace;
}

/** The ports of the cluster's node: the page's and the API's. */
export function nodePortsOf({ frontendNodePort, backendNodePort }: Config): number[] {
  return [Number(frontendNodePort || DEFAULTS.frontend.nodePort), Number(backendNodePort || DEFAULTS.backend.nodePort)];
}
