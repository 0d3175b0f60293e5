import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { onPath } from "../test/support/on-path.ts";
import { PARTS } from "../vitest.config.mts";
import { ROOT } from "./local/paths.mjs";

const WORKFLOW = ".github/workflows/ci.yml";
const text = readFileSync(path.join(ROOT, WORKFLOW), "utf8");
const lines = text.split("\n").map((line) => line.trim());

describe(WORKFLOW, () => {
  it("takes every action at a commit, with its version beside it", () => {
    const used = lines.flatMap((line) => /^-? ?uses: (.*)/.exec(line)?.[1] ?? []);
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((action) => !/^[\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it("may read the repository and nothing else", () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
    expect(lines.filter((line) => line.startsWith("permissions:") || /: write\b/.test(line))).toEqual(["permissions:"]);
    expect(lines.filter((line) => line.includes("actions/checkout@"))).toHaveLength(
      lines.filter((line) => line.includes("persist-credentials: false")).length,
    );
  });

  it("bounds each job", () => {
    expect(lines.filter((line) => line.startsWith("timeout-minutes:"))).toHaveLength(
      lines.filter((line) => line.startsWith("runs-on:")).length,
    );
  });

  it("calls what the repository has", () => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const called = lines.flatMap((line) => /npm run ([\w:-]+)/.exec(line)?.[1] ?? []);
    const wanted = ["check", "test:faults", "test:charts", "test:cluster", "test:stack", "doctor", "up", "down"];
    expect(called).toEqual(expect.arrayContaining(wanted));
    expect(called.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("starts Minikube for the charts as their guide says", () => {
    const guide = readFileSync(path.join(ROOT, "helm/QUICKSTART.md"), "utf8");
    const command = /^minikube start (?:.*\\\n)*.*$/m.exec(guide)?.[0].replace(/\s*\\\n\s*/g, " ");
    expect(command).toContain("--ports=");
    expect(text.replace(/\s+/g, " ")).toContain(`- run: >- ${command} - run: npm run test:cluster`);
  });

  it("runs every part of the tests", () => {
    const called = lines.flatMap(
      (line) => /npm (?:run ([\w:-]+)|test -- (.+))$/.exec(line.replace(/ -- --.*/, ""))?.slice(1) ?? [],
    );
    const scripts = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")).scripts as Record<string, string>;
    const parts = called.flatMap((name = "") => (scripts[name]?.split("run.ts ")[1] ?? name).split(" "));
    expect(PARTS.filter((part) => !parts.includes(part))).toEqual([]);
  });

  // Go has it: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
  it.skipIf(onPath("actionlint") === undefined)("is clean for actionlint", () => {
    const run = () =>
      execFileSync("actionlint", ["-no-color", WORKFLOW], { cwd: ROOT, encoding: "utf8", stdio: "pipe" });
    expect(run()).toBe("");
  });
});
