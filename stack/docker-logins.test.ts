import { expect, it } from "vitest";
import { refuseMissingHelpers } from "./docker-logins.ts";
import type { Machine } from "./machine.ts";

function machine(config: string | undefined, present: string[] = []): Machine {
  return {
    run: (command) => (present.includes(command) ? { kind: "done", stdout: "" } : { kind: "missing" }),
    exists: () => true,
    read: (...parts) => (parts.join("/") === "/home/me/.docker/config.json" ? config : undefined),
    list: () => [],
    minikubeHome: "",
    dockerHome: "/home/me/.docker",
  };
}

it.each([
  ['{"credsStore":"desktop.exe"}', /docker-credential-desktop.exe, which is not on PATH.*Remove "credsStore"/],
  ['{"credHelpers":{"gcr.io":"gcloud"}}', /docker-credential-gcloud.*Remove "gcr.io" in "credHelpers"/],
])("names a helper that is missing: %s", (config, words) => {
  expect(() => refuseMissingHelpers(machine(config))).toThrow(words);
});

it.each([undefined, "{}", '{"auths":{}}', '{"credsStore":""}', "damaged"])("has nothing to say about %s", (config) => {
  expect(() => refuseMissingHelpers(machine(config))).not.toThrow();
});

it("is content with a helper that is there", () => {
  expect(() => refuseMissingHelpers(machine('{"credsStore":"pass"}', ["docker-credential-pass"]))).not.toThrow();
});
