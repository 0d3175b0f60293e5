import { readFileSync } from "node:fs";
import path from "node:path";
import semver from "semver";
import { describe, expect, it } from "vitest";
import { ROOT } from "../local/paths.mjs";
import { type Locked, lockedPackages, nameOf } from "./packages.ts";

/** A version under which a package must not be, with the advisories that ask for it. */
type Floor = { package: string; floor: string; why: string };

const floors: Floor[] = JSON.parse(readFileSync(path.join(ROOT, "security/floors.json"), "utf8"));

/** The copies that are under their floor, and the floors of packages that are not there at all. */
function below(packages: Record<string, Pick<Locked, "version">>, { package: name, floor }: Floor): string[] {
  const copies = Object.entries(packages).filter(
    ([folder]) => folder.includes("node_modules/") && nameOf(folder) === name,
  );
  if (copies.length === 0) return [`${name}: no such package any more, so its floor can go`];
  return copies.flatMap(([folder, { version }]) =>
    semver.gte(version, floor) ? [] : [`${folder}: ${version} is under ${floor}`],
  );
}

describe("the floor of each package in security/floors.json", () => {
  it("is met by every copy in the lock file", () => {
    expect(floors.flatMap((floor) => below(lockedPackages(), floor))).toEqual([]);
  });

  it("is a version with a reason, once a package", () => {
    expect(floors.filter(({ floor, why }) => semver.valid(floor) === null || why.length < 5)).toEqual([]);
    expect(new Set(floors.map(({ package: name }) => name)).size).toBe(floors.length);
  });

  it("would be missed by one copy that is too old", () => {
    const floor: Floor = { package: "@a/b", floor: "1.2.3", why: "" };
    const packages = {
      "node_modules/@a/b": { version: "1.2.3" },
      "node_modules/c/node_modules/@a/b": { version: "1.2.3-rc.1" },
      "node_modules/b": { version: "0.1.0" },
    };
    expect(below(packages, floor)).toEqual(["node_modules/c/node_modules/@a/b: 1.2.3-rc.1 is under 1.2.3"]);
    expect(below({}, floor)).toHaveLength(1);
  });
});
