import { expect, it } from "vitest";
import { setConfig, unsetConfig } from "../support/stack/pulumi.ts";
import { LONG, run, STACK } from "../support/stack/world.ts";

const PREVIEW = ["preview", "--policy-pack", "stack/policy", "--stack", STACK, "--non-interactive", "--color=never"];

export function policies(): void {
  it("have nothing against the program as it is", { timeout: LONG }, async () => {
    const { code, output } = await run("pulumi", PREVIEW);
    expect(output).toContain("todo@v0.1.0");
    expect(output).not.toContain("[mandatory]");
    expect(code).toBe(0);
  });

  it("refuse an image that is whatever is latest", { timeout: LONG }, async () => {
    await setConfig("chartValues.backend.image.tag", "latest", "--path");
    try {
      const { code, output } = await run("pulumi", PREVIEW);
      expect(output).toMatch(/\[mandatory\] +pinned-images[\s\S]*todo-backend:latest is whatever is latest/);
      expect(code).not.toBe(0);
    } finally {
      await unsetConfig("chartValues.backend.image.tag", "--path");
    }
  });
}
