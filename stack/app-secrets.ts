import { ComponentResource, type ComponentResourceOptions, type Output, secret } from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { type Cluster, nameOf } from "./cluster.ts";
import { type ContentSecretArgs, contentSecret } from "./secret.ts";

export type AppSecretsArgs = {
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
};

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
    this.frontend = this.#make("frontend-secrets", cluster, { "auth-secret": authSecret });
    this.backend = this.#make("backend-secrets", cluster, {
      "auth-secret": authSecret,
      "auth-url": authUrl,
      "database-url": databaseUrl,
      "database-direct-url": databaseDirectUrl,
      "openai-api-key": openaiApiKey,
    });
    this.registerOutputs({ frontend: this.frontend, backend: this.backend });
  }

  #make(name: string, cluster: Cluster, content: ContentSecretArgs["content"]): Output<string> {
    return nameOf(contentSecret(name, { cluster, content }, this), name);
  }

  #makeOnce(name: string, length: number): Output<string> {
    return secret(new RandomPassword(name, { length, special: false }, { parent: this }).result);
  }
}
