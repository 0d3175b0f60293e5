import { type Inputs, Output } from "@pulumi/pulumi";

/** Values of a chart with others laid over them, part by part, as Helm does with several files. */
export function mergeValues(under: Inputs, over: Inputs): Inputs {
  const merged: Inputs = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const before: unknown = merged[name];
    merged[name] = isMap(before) && isMap(value) ? mergeValues(before, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Inputs {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !Output.isInstance(value);
}
