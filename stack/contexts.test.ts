import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contextFiles, readRules } from "./content-tag.ts";

const files = (name: string) => contextFiles(".", readRules(".", `Dockerfile.${name}`));

describe.each(["backend", "frontend"])("the image of the %s", (name) => {
  const other = name === "backend" ? "frontend" : "backend";

  it("is not made anew by a change of the other service, of the charts, of tests or of this program", () => {
    const strangers = files(name).filter((file) =>
      new RegExp(`^(services/${other}|helm|stack|test|docs)/|\\.test\\.tsx?$|\\.md$`).test(file),
    );
    expect(strangers).toEqual([]);
  });

  it("is made anew by a change of the service, of the contract and of the lock file", () => {
    const own = files(name).map((file) => file.replace(/^(services\/\w+\/\w+)\/.*/, "$1"));
    expect(own).toEqual(
      expect.arrayContaining(["package-lock.json", "services/contract/src", `services/${name}/package.json`]),
    );
    expect(own).toContain(name === "backend" ? "services/backend/src" : "services/frontend/app");
  });

  it("holds no folder of packages or builds and no secret of this machine", () => {
    const unwanted = /(^|\/)(node_modules|\.next|dist|\.data|\.git|\.env)|Pulumi\..*\.yaml$/;
    expect(files(name).filter((file) => unwanted.test(file))).toEqual([]);
  });

  it("is made of files that exist", () => {
    expect(files(name).filter((file) => !existsSync(file))).toEqual([]);
    expect(files(name).length).toBeGreaterThan(50);
  });
});
