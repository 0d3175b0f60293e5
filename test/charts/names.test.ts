import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../../scripts/local/paths.mjs";
import { tempFolder } from "../support/temp-folder.ts";
import { containersOf, type KubeObject, keyOf, objectsOf, only, podsOf, serverOf } from "./_objects.ts";
import { CHARTS, chartFolder, helm } from "./_render.ts";

/** The most characters that a label and the names of most objects may have; a pod's may have more. */
const LONGEST = 63;
const LONGEST_POD = 253;
const PACKAGED = [".helmignore", "Chart.yaml", "README.md", "files", "templates", "values.schema.json", "values.yaml"];
/** The longest name that Helm allows. */
const LONG_RELEASE = "r".repeat(53);

describe.each(CHARTS)("%s", (chart) => {
  it("is called after its release", async () => {
    const names = async (release: string) =>
      new Set((await objectsOf(chart, { release })).map(({ metadata }) => metadata.name.replace(/-test$/, "")));
    expect(await names(chart)).toEqual(new Set([chart]));
    expect(await names("mine")).toEqual(new Set([`mine-${chart}`]));
    expect(await names(`${chart}-two`)).toEqual(new Set([`${chart}-two`]));
  });

  it.each([
    { release: LONG_RELEASE, set: [] },
    { release: chart, set: [`fullnameOverride=${"f".repeat(53)}`] },
    { release: chart, set: [`nameOverride=${"n".repeat(53)}`] },
  ])("keeps names and labels short enough: $release $set", async (options) => {
    const objects = await objectsOf(chart, options);
    const labels = [...objects, ...podsOf(objects)].flatMap(({ metadata }) => Object.values(metadata.labels));
    const inside = podsOf(objects)
      .flatMap(containersOf)
      .map(({ name }) => name);
    const long = objects.filter(
      ({ kind, metadata }) => metadata.name.length > (kind === "Pod" ? LONGEST_POD : LONGEST),
    );
    expect(long.map(keyOf)).toEqual([]);
    expect([...inside, ...labels].filter((name) => name.length > LONGEST)).toEqual([]);
    expect(labels.filter((label) => !/^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(label))).toEqual([]);
  });

  it("can be installed twice into one namespace", async () => {
    const set = chart === "postgres" ? [] : ["service.nodePort=null"];
    const [one, two] = [
      await objectsOf(chart, { release: "one", set }),
      await objectsOf(chart, { release: "two", set }),
    ];
    const taken = one.map(keyOf);
    expect(two.map(keyOf).filter((key) => taken.includes(key))).toEqual([]);
    // The hash of the ConfigMap, which names its release.
    const text = (objects: KubeObject[]) => JSON.stringify(objects).replace(/[0-9a-f]{64}/, "hash");
    expect(text(two).replaceAll("two", "one")).toBe(text(one));
  });

  it("is packaged without what only this repository needs", async () => {
    const folder = tempFolder();
    await helm(["package", chartFolder(chart), `--destination=${folder}`]);
    const [made = ""] = readdirSync(folder);
    const files = execFileSync("tar", ["-tzf", path.join(folder, made)], { encoding: "utf8" });
    const top = new Set(files.split("\n").map((file) => file.split("/")[1]));
    top.delete(undefined);
    expect([...top].sort()).toEqual(PACKAGED);
  });

  it("has the version of the whole project", () => {
    const { version, appVersion, kubeVersion } = chartFile(chart);
    expect(version).toBe(projectVersion());
    expect(kubeVersion).toBe(">=1.30.0-0");
    if (chart !== "postgres") expect(appVersion).toBe(version);
  });
});

describe("all charts in one namespace", () => {
  it("share no name", async () => {
    const keys = (await Promise.all(CHARTS.map((chart) => objectsOf(chart, { release: "todo" })))).flat().map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("postgres", () => {
  it("says as its app's version which PostgreSQL it is", async () => {
    const { image } = serverOf(await objectsOf("postgres"));
    expect(image).toBe(`postgres:${chartFile("postgres").appVersion}`);
  });

  it("has the address that the guide's database-url names", async () => {
    const service = only("Service", await objectsOf("postgres"));
    expect(`${service.metadata.name}:${service.spec?.ports?.[0]?.port}`).toBe("postgres:5432");
  });
});

describe("the test that talks to the app", () => {
  it("is the same in both charts", () => {
    const [frontend, backend] = ["frontend", "backend"].map((chart) =>
      readFileSync(path.join(chartFolder(chart), "files", "talk.mjs"), "utf8"),
    );
    expect(frontend).toBe(backend);
  });
});

function chartFile(chart: string): { version: string; appVersion: string; kubeVersion: string } {
  return parse(readFileSync(path.join(chartFolder(chart), "Chart.yaml"), "utf8"));
}

function projectVersion(): string {
  return (JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as { version: string }).version;
}
