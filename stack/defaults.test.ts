import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { DEFAULTS } from "./defaults.ts";

const read = (file: string) => parse(readFileSync(path.join(import.meta.dirname, "..", file), "utf8"));

it("Pulumi.yaml has the same defaults", () => {
  const { config } = read("Pulumi.yaml");
  const { minikubeProfile, namespace, frontend, backend } = DEFAULTS;
  const flat = {
    minikubeProfile,
    namespace,
    frontendReplicas: frontend.replicas,
    frontendNodePort: frontend.nodePort,
    backendReplicas: backend.replicas,
    backendNodePort: backend.nodePort,
  };
  expect(Object.fromEntries(Object.keys(flat).map((key) => [key, config[key].default]))).toEqual(flat);
});

it.each(["frontend", "backend"] as const)("the chart of the %s has the same defaults", (name) => {
  const { replicas, service, autoscaling } = read(`helm/${name}/values.yaml`);
  expect(autoscaling).toMatchObject(DEFAULTS.autoscaling);
  expect({ replicas, nodePort: service.nodePort }).toEqual(DEFAULTS[name]);
});

it("the chart of the database has the same defaults", () => {
  const { persistence, image } = read("helm/postgres/values.yaml");
  const { enabled, size, storageClassName } = persistence;
  expect({ enabled, size, storageClassName, tag: image.tag }).toEqual(DEFAULTS.postgres);
});
