import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { UserError } from "../local/user-error.mjs";

/**
 * The environment for every call of Pulumi.
 * - The pinned Node comes first on PATH: it runs the program.
 * - Destroying and refreshing ask the program for addresses, since those of a restarted Minikube are new.
 * - Without a choice of the user's, the state lies where `pulumi login --local` puts it, and the passphrase is empty.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} node the path of the pinned Node
 * @returns {NodeJS.ProcessEnv}
 */
export function pulumiEnv(env, node) {
  const own = Object.entries(outsideMinikube(env)).filter(([name]) => name.toUpperCase() !== "PATH");
  const searched = env.PATH ?? env.Path ?? "";
  return {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_RUN_PROGRAM: "true",
    ...(hasPassphrase(env) ? {} : { PULUMI_CONFIG_PASSPHRASE: "" }),
    ...(hasBackend(env) ? {} : { PULUMI_BACKEND_URL: "file://~" }),
    ...Object.fromEntries(own),
    PATH: [path.dirname(node), searched].join(path.delimiter),
  };
}

/**
 * The environment as it was before `eval $(minikube docker-env)`, which leads every docker command into a Minikube.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function outsideMinikube(env) {
  if (!env.MINIKUBE_ACTIVE_DOCKERD) {
    return env;
  }
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

/** @param {NodeJS.ProcessEnv} env */
export function hasPassphrase(env) {
  return env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
}

/**
 * Whether the user has said where Pulumi's state is to lie, by variable or by `pulumi login`.
 * @param {NodeJS.ProcessEnv} env
 */
export function hasBackend(env) {
  if (env.PULUMI_BACKEND_URL || env.PULUMI_ACCESS_TOKEN) {
    return true;
  }
  const file = path.join(env.PULUMI_HOME || path.join(homedir(), ".pulumi"), "credentials.json");
  if (!existsSync(file)) {
    return false;
  }
  try {
    return Boolean(JSON.parse(readFileSync(file, "utf8")).current);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new UserError(`${file} is damaged: run pulumi login --local, or log in where your state lies`);
    }
    throw error;
  }
}

/**
 * The name of the stack: the first argument that is no flag, `PULUMI_STACK`, or `dev`.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
export function stackName(args, env) {
  const name = args.find((arg) => !arg.startsWith("-")) ?? (env.PULUMI_STACK?.trim() || "dev");
  if (!/^[\w.\-/]+$/.test(name)) {
    throw new UserError(`"${name}" can't be the name of a stack: use letters, digits, ".", "-" and "_"`);
  }
  return name;
}

/** @typedef {Record<string, string>} Config a stack's settings that are no secrets; an empty one counts as none */

/**
 * Whether a stack's images are built within a Minikube on this machine; with a registry they go to any cluster.
 * @param {Config} config
 */
export function isLocal(config) {
  return !config.imageRegistry;
}

/** @param {Config} config */
export function profileOf(config) {
  return config.minikubeProfile || "minikube";
}

/**
 * The kubeconfig's context that the stack lies in.
 * @param {Config} config
 */
export function contextOf(config) {
  return config.context || profileOf(config);
}

/** @param {Config} config */
export function namespaceOf(config) {
  return config.namespace || "todo";
}

/**
 * The ports of the cluster's node: the page's and the API's.
 * @param {Config} config
 */
export function nodePortsOf(config) {
  return [Number(config.frontendNodePort || 30000), Number(config.backendNodePort || 30001)];
}
