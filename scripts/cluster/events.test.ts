import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { type EngineEvent, failedBuilds, readEvents, stackOutputs } from "./events.ts";

const IMAGE = "urn:pulumi:dev::todo::todo:deploy:Image$docker:index/image:Image::backend";
const CHART = "urn:pulumi:dev::todo::kubernetes:apps/v1:Deployment::backend";

const said = (urn: string, message: string, severity = "info"): EngineEvent => ({
  diagnosticEvent: { urn, message, severity, ephemeral: true },
});
const failed = (type: string, urn: string): EngineEvent => ({
  resOpFailedEvent: { metadata: { op: "create", type, urn } },
});
const outputs = (values: Record<string, unknown>): EngineEvent => ({
  resOutputsEvent: { metadata: { op: "update", type: "pulumi:pulumi:Stack", urn: "s", new: { outputs: values } } },
});

describe("failedBuilds", () => {
  it("gives what the builder said of an image that failed, without colours and without Pulumi's own notes", () => {
    const events = [
      said(IMAGE, "<{%fg 5%}>[build 3/4] RUN npm run build<{%reset%}>\n"),
      said(CHART, "waiting for pods"),
      said(IMAGE, "Registering", "debug"),
      said(IMAGE, "#9 ERROR: exit code 1\nTypeError: no\n", "error"),
      failed("docker:index/image:Image", IMAGE),
      failed("kubernetes:apps/v1:Deployment", CHART),
    ];
    expect(failedBuilds(events)).toEqual([
      { name: "backend", lines: ["[build 3/4] RUN npm run build", "#9 ERROR: exit code 1", "TypeError: no"] },
    ]);
  });

  it("leaves out digests, and titles that were shown already", () => {
    const digest = `digest: sha256:${"0a".repeat(32)}`;
    const events = [
      said(IMAGE, `${digest}\n[build 1/2] FROM node\n${digest}\n[build 2/2] RUN tsc\n`),
      said(IMAGE, `[build 2/2] RUN tsc\nsame\nsame\n`),
      failed("docker:index/image:Image", IMAGE),
    ];
    const lines = ["[build 1/2] FROM node", "[build 2/2] RUN tsc", "same", "same"];
    expect(failedBuilds(events)).toEqual([{ name: "backend", lines }]);
  });

  it("gives nothing of images that were built", () => {
    expect(failedBuilds([said(IMAGE, "#9 DONE")])).toEqual([]);
  });
});

describe("stackOutputs", () => {
  it("are those at the end, without the secret ones", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47", ciphertext: "[secret]" };
    const events = [outputs({ frontendUrl: "old" }), outputs({ frontendUrl: "http://localhost:30000", key: secret })];
    expect(stackOutputs(events)).toEqual({ frontendUrl: "http://localhost:30000" });
  });

  it("are unknown when the update did not come that far", () => {
    expect(stackOutputs([failed("docker:index/image:Image", IMAGE)])).toBeUndefined();
  });
});

describe("readEvents", () => {
  it("leaves out a line that was cut off", () => {
    const file = path.join(tempFolder(), "events.json");
    writeFileSync(file, '{"sequence":0}\n{"sequence":1}\n{"sequ');
    expect(readEvents(file)).toEqual([{ sequence: 0 }, { sequence: 1 }]);
  });

  it("finds none when the update did not begin", () => {
    expect(readEvents(path.join(tempFolder(), "events.json"))).toEqual([]);
  });
});
