import { asMap, type Container, containersOf, podOf, type Values } from "./pods.ts";

// Each rule takes a resource's type and inputs and says what is wrong, in words that never repeat a secret.

export function latestTags(type: string, props: Values): string[] {
  if (type === "docker:index/image:Image") {
    return [...unpinned(String(props["imageName"]))];
  }
  return containersOf(type, props).flatMap(({ name, image }) =>
    unpinned(image).map((words) => `container ${name}: ${words}`),
  );
}

export function missingLimits(type: string, props: Values): string[] {
  return containersOf(type, props).flatMap(({ name, spec }) => {
    const resources = asMap(spec["resources"]);
    const missing = ["requests", "limits"].flatMap((kind) =>
      ["cpu", "memory"]
        .filter((unit) => asMap(resources[kind])[unit] === undefined)
        .map((unit) => `resources.${kind}.${unit}`),
    );
    return missing.length > 0 ? [`container ${name} says nothing about ${missing.join(", ")}`] : [];
  });
}

export function rootContainers(type: string, props: Values): string[] {
  const pod = asMap(podOf(type, props)?.["securityContext"]);
  return containersOf(type, props).flatMap(({ name, spec }: Container) => {
    const own = asMap(spec["securityContext"]);
    const either = (key: string) => own[key] ?? pod[key];
    return [
      ...(either("runAsNonRoot") === true ? [] : [`container ${name} may run as root: set runAsNonRoot`]),
      ...(either("runAsUser") === 0 ? [`container ${name} runs as user 0`] : []),
      ...(own["privileged"] === true ? [`container ${name} is privileged`] : []),
      ...(own["allowPrivilegeEscalation"] === false
        ? []
        : [`container ${name} may become root: set allowPrivilegeEscalation to false`]),
    ];
  });
}

export function visibleSecrets(type: string, props: Values): string[] {
  switch (type) {
    case "kubernetes:core/v1:Secret":
      return [];
    case "kubernetes:core/v1:ConfigMap":
      return secretPlaces("data", asMap(props["data"]));
    case "kubernetes:helm.sh/v3:Release":
    case "kubernetes:helm.sh/v4:Chart":
      return secretPlaces("values", props["values"]);
    default:
      return containersOf(type, props).flatMap(({ name, spec }) => [
        ...variables(spec).flatMap(({ name: variable, value }) =>
          value !== undefined && value !== "" && (SECRET_NAME.test(variable) || looksSecret(value))
            ? [
                `container ${name}: the variable ${variable} holds a secret as plain text; take it from a Secret with secretKeyRef`,
              ]
            : [],
        ),
        ...secretPlaces(`container ${name}`, [spec["command"], spec["args"]]),
      ]);
  }
}

const SECRET_NAME = /(SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE_?KEY|DATABASE_(DIRECT_)?URL)$/i;
/** A key of OpenAI, an address with a password, a key in PEM, a token of GitHub. */
const SECRET_VALUES = [
  /\bsk-[\w-]{16,}/,
  /^\w+:\/\/[^/\s:@]*:[^/\s@]+@/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bgh[pousr]_\w{20,}/,
];

function looksSecret(value: string): boolean {
  return SECRET_VALUES.some((pattern) => pattern.test(value));
}

/** Where something in a tree of values looks like a secret. */
function secretPlaces(place: string, value: unknown): string[] {
  if (typeof value === "string") {
    return looksSecret(value) ? [`${place} holds a secret as plain text; make a Secret and give its name`] : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => secretPlaces(`${place}[${index}]`, item));
  }
  return Object.entries(asMap(value)).flatMap(([key, inner]) => secretPlaces(`${place}.${key}`, inner));
}

function variables(spec: Values): { name: string; value: string | undefined }[] {
  const list = Array.isArray(spec["env"]) ? spec["env"] : [];
  return list.map(asMap).map(({ name, value }) => ({
    name: String(name),
    value: typeof value === "string" ? value : undefined,
  }));
}

function unpinned(image: string): string[] {
  if (image.includes("@sha256:")) {
    return [];
  }
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  if (tag === undefined) {
    return [`the image ${image} names no version, which means latest`];
  }
  return tag === "latest" ? [`the image ${image} is whatever is latest`] : [];
}
