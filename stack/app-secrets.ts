import { ComponentResource, type ComponentResourceOptions, type Output, secret } from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import type { Cluster } from "./cluster.ts";
import { contentSecret } from "./secret.ts";

export interface AppSecretsArgs {
  cluster: Cluster;
  /** Signs the session cookies; `undefined` makes one once. */
  authSecret: Output<string> | undefined;
  /** The address that people open. */
  authUrl: Output<string> | string;
  /** `undefined` leaves it out: then built-in rules answer. */
  openaiApiKey: Output<string> | undefined;
  databaseUrl: Output<string>;
  /** For migrations, past a transaction pooler. */
  databaseDirectUrl: Output<string> | undefined;
}

/** The Secrets of page and API. Each changes its name with its content, so exactly the pods that use it roll. */
export class AppSecrets extends ComponentResource {
  /** The Secret of the page. */
  readonly frontend: Output<string>;
  /** The Secret of the API. */
  readonly backend: Output<string>;

  constructor(name: string, args: AppSecretsArgs, opts?: ComponentResourceOptions) {
    super("todo:stack:AppSecrets", name, {}, opts);
    const { cluster, authUrl, openaiApiKey, databaseUrl, databaseDirectUrl } = args;
    const authSecret = args.authSecret ?? this.#makeOnce("auth-secret", 48);
    this.frontend = contentSecret(
      "frontend-secrets",
      { cluster, content: { "auth-secret": authSecret } },
      this,
    ).metadata.name;
    this.backend = contentSecret(
      "backend-secrets",
      {
        cluster,
        content: {
          "auth-secret": authSecret,
          "auth-url": authUrl,
          "database-url": databaseUrl,
          "database-direct-url": databaseDirectUrl,
          "openai-api-key": openaiApiKey,
        },
      },
      this,
    ).metadata.name;
    this.registerOutputs({ frontend: this.frontend, backend: this.backend });
  }

  #makeOnce(name: string, length: number): Output<string> {
    return secret(new RandomPassword(name, { length, special: false }, { parent: this }).result);
  }
}
