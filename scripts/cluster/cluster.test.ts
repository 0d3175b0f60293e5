import { expect, it } from "vitest";
import { explanation } from "./cluster.ts";

it("shows Minikube's complaint without the progress before it", () => {
  const output = `😄  minikube v1.38.1 on Debian
✨  Using the docker driver based on user configuration

❌  Exiting due to RSRC_INSUFFICIENT_CONTAINER_MEMORY: docker only has 2000MiB available
💡  Suggestion: give Docker more memory
`;
  expect(explanation(output)).toMatch(/^❌ {2}Exiting due to RSRC_INSUFFICIENT[\s\S]*more memory$/);
});

it("shows the end of what it can't read", () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  expect(explanation(lines.join("\n"))).toBe(lines.slice(-15).join("\n"));
});
