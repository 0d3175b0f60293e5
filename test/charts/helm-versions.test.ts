import { expect, it } from "vitest";
import { needTool } from "../support/tools.ts";
import { ALL_CASES, objectsOf } from "./_objects.ts";

it.for(ALL_CASES)("Helm 3.19 makes the same of $chart, $name", async ({ chart, file }, test) => {
  const options = { values: [file] };
  const old = await objectsOf(chart, { ...options, program: needTool(test, "helm3") });
  expect(old).toEqual(await objectsOf(chart, options));
});

it.each(["frontend", "backend", "postgres"])("%s refuses a Kubernetes that is too old", async (chart) => {
  await expect(objectsOf(chart, { kubeVersion: "1.29.9" })).rejects.toThrow(/1\.30\.0-0.*incompatible.*1\.29\.9/);
});
