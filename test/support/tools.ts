import type { TestContext } from "vitest";
import { findApiTypes, findTool, HOW_TO_GET_TOOLS, type ToolName } from "../../scripts/test/tools.ts";

/** The program, without which the running test is skipped, or fails in CI. */
export function needTool(context: TestContext, name: ToolName): string {
  return findTool(name) ?? giveUp(context, name);
}

/** The API types of a Kubernetes version, without which the running test is skipped, or fails in CI. */
export function needApiTypes(context: TestContext, version: string): string {
  return findApiTypes(version) ?? giveUp(context, `the API of Kubernetes ${version}`);
}

function giveUp(context: TestContext, what: string): never {
  const why = `${what} is missing: ${HOW_TO_GET_TOOLS}`;
  if (process.env["CI"]) throw new Error(why);
  return context.skip(why);
}
