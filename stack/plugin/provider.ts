import { type sendUnaryData, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as asked from "@pulumi/pulumi/proto/provider_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";

/** What Pulumi asks of a provider; written against its protocol, because its SDK takes longer to load than to answer. */
export const provider: UntypedServiceImplementation = {
  getPluginInfo: answer(() => {
    const info = new plugin.PluginInfo();
    info.setVersion("0.1.0");
    return info;
  }),
  checkConfig: answer(checked),
  diffConfig: answer(() => new proto.DiffResponse()),
  configure: answer(() => new proto.ConfigureResponse()),
  check: answer(checked),
  diff: answer((request: asked.DiffRequest) => {
    const response = new proto.DiffResponse();
    const same = textOf(request.getOldInputs()) === textOf(request.getNews());
    response.setChanges(same ? proto.DiffResponse.DiffChanges.DIFF_NONE : proto.DiffResponse.DiffChanges.DIFF_SOME);
    return response;
  }),
  create: answer((request: asked.CreateRequest) => {
    const response = new proto.CreateResponse();
    response.setId(typeOf(request.getUrn()));
    response.setProperties(request.getProperties());
    return response;
  }),
  update: answer((request: asked.UpdateRequest) => {
    const response = new proto.UpdateResponse();
    response.setProperties(request.getNews());
    return response;
  }),
  read: answer((request: asked.ReadRequest) => {
    const response = new proto.ReadResponse();
    response.setId(request.getId());
    response.setInputs(request.getInputs());
    response.setProperties(request.getProperties());
    return response;
  }),
  delete: answer(async (request: asked.DeleteRequest) => {
    const properties = request.getProperties()?.toJavaScript() ?? {};
    const type = typeOf(request.getUrn());
    // Loaded when it is needed: most runs delete nothing.
    if (type === "BuiltImages") {
      const { removeBuiltImages } = await import("./remove-images.ts");
      await removeBuiltImages(properties);
    } else if (type === "NamespacePods") {
      const { endPods } = await import("./end-pods.ts");
      await endPods(properties);
    } else if (type === "NamespaceVolumes") {
      const { removeVolumes } = await import("./remove-volumes.ts");
      await removeVolumes(properties);
    } else {
      throw new Error(`there is no way to delete a ${type} here: pulumi state delete removes its entry`);
    }
    return new empty.Empty();
  }),
  cancel: answer(() => new empty.Empty()),
};

function checked(request: asked.CheckRequest): asked.CheckResponse {
  const response = new proto.CheckResponse();
  response.setInputs(request.getNews());
  return response;
}

/** `BuiltImages` of `urn:pulumi:dev::todo::todo:index:BuiltImages::images`; parents' types stand before it, with `$`. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split(":").at(-1) ?? "";
}

function textOf(struct: Struct | undefined): string {
  return JSON.stringify(struct?.toJavaScript() ?? {});
}

function answer<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
  return async ({ request }: { request: Request }, reply: sendUnaryData<Response>): Promise<void> => {
    try {
      reply(null, await handle(request));
    } catch (error) {
      reply({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
    }
  };
}
