import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { credentials } from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as asked from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, beforeAll, expect, it } from "vitest";

const PROPERTIES = { minikubeProfile: "minikube", repositories: ["todo-backend"] };
let home = "";
let program: ChildProcess;
let client: InstanceType<typeof services.ResourceProviderClient>;

/** The plugin as Pulumi starts it, on a machine where Minikube was deleted. */
beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), "todo-plugin-"));
  program = spawn(path.join(import.meta.dirname, "pulumi-resource-todo"), ["127.0.0.1:1"], {
    env: {
      ...process.env,
      MINIKUBE_HOME: home,
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env["PATH"]}`,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(program.stdout ?? program, "data");
  client = new services.ResourceProviderClient(`127.0.0.1:${Number(String(line))}`, credentials.createInsecure());
});
afterAll(() => {
  client.close();
  program.kill();
  rmSync(home, { recursive: true });
});

function urn(type: string): string {
  return `urn:pulumi:dev::todo::todo:stack:Cluster$todo:index:${type}::name`;
}

function call<Response>(method: string, request: unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, response: Response) => (error === null ? resolve(response) : reject(error));
    Reflect.get(client, method).call(client, request, done);
  });
}

it("tells its version", async () => {
  const info = await call<PluginInfo>("getPluginInfo", new empty.Empty());
  expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+$/);
});

it("takes what it is given and keeps it", async () => {
  const check = new messages.CheckRequest();
  check.setNews(structs.Struct.fromJavaScript(PROPERTIES));
  expect((await call<asked.CheckResponse>("check", check)).getInputs()?.toJavaScript()).toEqual(PROPERTIES);
  const create = new messages.CreateRequest();
  create.setUrn(urn("BuiltImages"));
  create.setProperties(structs.Struct.fromJavaScript(PROPERTIES));
  const created = await call<asked.CreateResponse>("create", create);
  expect(created.getId()).not.toBe("");
  expect(created.getProperties()?.toJavaScript()).toEqual(PROPERTIES);
});

it.each([
  [PROPERTIES, messages.DiffResponse.DiffChanges.DIFF_NONE],
  [{ ...PROPERTIES, minikubeProfile: "other" }, messages.DiffResponse.DiffChanges.DIFF_SOME],
])("knows whether %j differs, and replaces nothing", async (news, changes) => {
  const diff = new messages.DiffRequest();
  diff.setOldInputs(structs.Struct.fromJavaScript(PROPERTIES));
  diff.setNews(structs.Struct.fromJavaScript(news));
  const answer = await call<asked.DiffResponse>("diff", diff);
  expect(answer.getChanges()).toBe(changes);
  expect(answer.getReplacesList()).toEqual([]);
});

it("deletes, where there is no Minikube any more", async () => {
  const request = new messages.DeleteRequest();
  request.setUrn(urn("BuiltImages"));
  request.setProperties(structs.Struct.fromJavaScript(PROPERTIES));
  await expect(call("delete", request)).resolves.toBeDefined();
});

it.each(["BuiltImages", "NamespacePods", "NamespaceVolumes", "Unknown"])(
  "tells why it could not delete %s, in one line",
  async (type) => {
    const request = new messages.DeleteRequest();
    request.setUrn(urn(type));
    await expect(call("delete", request)).rejects.toThrow(/pulumi state delete/);
  },
);
