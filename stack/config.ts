import type { Output } from "@pulumi/pulumi";
import { SECRET_CHARACTERS } from "../services/contract/src/client-address.ts";
import { ConfigReader } from "./config-reader.ts";
import { DEFAULTS } from "./defaults.ts";
import {
  authUrlProblem,
  databaseUrlProblem,
  keyProblem,
  leadsThroughPooler,
  passwordProblem,
} from "./secret-checks.ts";
import { decidedAmong } from "./volume.ts";

/** Images are built in Minikube's own Docker daemon and never leave it. */
export type MinikubeTarget = {
  kind: "minikube";
  profile: string;
};

/** Images are built by the Docker daemon of this machine and pushed. */
export type RegistryTarget = {
  kind: "registry";
  /** Host and path, such as `ghcr.io/acme`. */
  registry: string;
  username: string | undefined;
  password: Output<string> | undefined;
};

/** What the program is asked to do: all of its configuration, checked. Pulumi.yaml says what each key means. */
export type Settings = {
  target: MinikubeTarget | RegistryTarget;
  /** The kubeconfig's context. */
  context: string;
  namespace: string;
  helmEngine: HelmEngine;
  /** `linux/amd64` or `linux/arm64`. */
  platform: string;
  /** Whether the bases of the images are those of `security/base-images.json`, by digest, or what the tag means. */
  isPinned: boolean;
  rebuild: string;
  keepData: boolean;
  authUrl: Output<string> | undefined;
  authSecret: Output<string> | undefined;
  openai: { apiKey: Output<string> | undefined; baseUrl: string; model: string };
  database: ClusterDatabase | OwnDatabase;
  frontend: ServiceSettings;
  backend: ServiceSettings;
  /** More values of each chart, as the user wrote them. */
  chartValues: Record<ChartName, ChartValues>;
};

export type ServiceSettings = {
  replicas: number;
  nodePort: number;
};

export type ClusterDatabase = {
  kind: "cluster";
  password: Output<string> | undefined;
};

export type OwnDatabase = {
  kind: "own";
  url: Output<string>;
  directUrl: Output<string> | undefined;
};

export type ChartName = "frontend" | "backend" | "postgres";
export type ChartValues = Record<string, unknown>;
export type HelmEngine = (typeof HELM_ENGINES)[number];

const CHARTS: readonly ChartName[] = ["frontend", "backend", "postgres"];
const HELM_ENGINES = ["chart", "release"] as const;
const BASE_IMAGES = ["auto", "pinned", "tag"] as const;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const PLATFORM = /^linux\/(amd64|arm64)$/;
const REGISTRY = /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9._-]+)*$/;

/**
 * Reads the configuration of the stack.
 * @throws RunError that lists everything wrong with it, each with the command that cures it; it never tells a secret
 */
export function readSettings(reader = new ConfigReader()): Settings {
  const registry = reader.text("imageRegistry", {
    matches: REGISTRY,
    expected: "a host and a path without https:// and without / at the end, such as ghcr.io/acme",
  });
  const login = registryLogin(reader);
  const profile = reader.text("minikubeProfile") || DEFAULTS.minikubeProfile;
  const settings: Settings = {
    target: registry === "" ? { kind: "minikube", profile } : { kind: "registry", registry, ...login },
    context: reader.text("context") || profile,
    namespace:
      reader.text("namespace", { matches: DNS_LABEL, expected: "lower-case letters, digits and -" }) ||
      DEFAULTS.namespace,
    helmEngine: reader.choice("helmEngine", HELM_ENGINES),
    platform:
      reader.text("platform", { matches: PLATFORM, expected: "linux/amd64 or linux/arm64" }) || usualPlatform(registry),
    isPinned: isPinned(reader.choice("baseImages", BASE_IMAGES), registry),
    rebuild: reader.text("rebuild"),
    keepData: reader.flag("keepData"),
    authUrl: reader.secret("authUrl", { check: authUrlProblem, plainIsFine: true }),
    authSecret: reader.secret("authSecret", { check: keyProblem(SECRET_CHARACTERS) }),
    openai: {
      apiKey: reader.secret("openaiApiKey", { check: keyProblem(1) }),
      baseUrl: reader.text("openaiBaseUrl", { matches: /^https?:\/\/\S+$/, expected: "an http or https address" }),
      model: reader.text("openaiModel"),
    },
    database: databaseSettings(reader),
    frontend: serviceSettings(reader, "frontend"),
    backend: serviceSettings(reader, "backend"),
    chartValues: chartValues(reader),
  };
  refuseContradictions(reader, settings);
  reader.done();
  return settings;
}

function registryLogin(reader: ConfigReader): Pick<RegistryTarget, "username" | "password"> {
  const username = reader.text("registryUsername") || undefined;
  const password = reader.secret("registryPassword");
  if ((username === undefined) !== (password === undefined)) {
    reader.problem(
      "registryUsername and registryPassword belong together: set both, or neither and run `docker login`\n" +
        "  pulumi config set registryUsername NAME\n  pulumi config set --secret registryPassword",
    );
  }
  return { username, password };
}

function databaseSettings(reader: ConfigReader): Settings["database"] {
  const url = reader.secret("databaseUrl", { check: databaseUrlProblem });
  const directUrl = reader.secret("databaseDirectUrl", { check: databaseUrlProblem });
  const password = reader.secret("databasePassword", { check: passwordProblem });
  if (url === undefined) {
    if (directUrl !== undefined) {
      reader.problem("databaseDirectUrl is set without databaseUrl:\n  pulumi config set --secret databaseUrl");
    }
    return { kind: "cluster", password };
  }
  const plainUrl = reader.plainTextOf("databaseUrl");
  if (directUrl === undefined && leadsThroughPooler(plainUrl)) {
    reader.problem(
      "databaseUrl leads through a transaction pooler (-pooler), where migrations can't hold their lock. " +
        "Set the same address without -pooler too:\n  pulumi config set --secret databaseDirectUrl",
    );
  }
  return { kind: "own", url, directUrl };
}

function serviceSettings(reader: ConfigReader, name: "frontend" | "backend"): ServiceSettings {
  const { replicas, nodePort } = DEFAULTS[name];
  return {
    replicas: reader.integer(`${name}Replicas`, { least: 0, most: 100, otherwise: replicas }),
    nodePort: reader.integer(`${name}NodePort`, { least: 30000, most: 32767, otherwise: nodePort }),
  };
}

function chartValues(reader: ConfigReader): Settings["chartValues"] {
  const given = reader.object("chartValues");
  for (const name of Object.keys(given)) {
    if (!CHARTS.some((chart) => chart === name)) {
      reader.problem(`chartValues has no chart "${name}", only ${CHARTS.join(", ")}`);
    }
  }
  const of = (chart: ChartName) => reader.objectIn("chartValues", given, chart);
  return { frontend: of("frontend"), backend: of("backend"), postgres: of("postgres") };
}

const KUBERNETES_OWN = /^(default|kube-.*)$/;

function refuseContradictions(reader: ConfigReader, { target, namespace, chartValues, frontend, backend }: Settings) {
  if (target.kind === "registry" && reader.text("context") === "") {
    reader.problem(
      "imageRegistry is set, so say which cluster to deploy to; `kubectl config get-contexts` lists them:\n" +
        "  pulumi config set context NAME",
    );
  }
  if (KUBERNETES_OWN.test(namespace)) {
    reader.problem(
      `namespace is "${namespace}", but must not be one of Kubernetes' own, because \`pulumi destroy\` removes it:\n` +
        "  pulumi config set namespace todo",
    );
  }
  for (const value of decidedAmong(chartValues.postgres)) {
    reader.problem(
      `chartValues.postgres.${value} is this program's to decide, for the data hang on it:\n` +
        `  pulumi config rm --path chartValues.postgres.${value}`,
    );
  }
  if (frontend.nodePort === backend.nodePort) {
    reader.problem("frontendNodePort and backendNodePort are the same port:\n  pulumi config rm backendNodePort");
  }
}

/** A registry's images go to others; Minikube's daemon may have to do with the bases that it has. */
function isPinned(choice: (typeof BASE_IMAGES)[number], registry: string): boolean {
  return choice === "pinned" || (choice === "auto" && registry !== "");
}

function usualPlatform(registry: string): string {
  return registry === "" && process.arch === "arm64" ? "linux/arm64" : "linux/amd64";
}
