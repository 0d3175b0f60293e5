import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { provider } from "./provider.ts";

// Pulumi starts this program, reads the port from its first line, and ends it.
const server = new Server();
server.addService(ResourceProviderService, provider);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
