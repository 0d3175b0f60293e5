import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  interpolate,
  log,
  type Output,
  secret,
} from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { ChartInstall } from "./chart-install.ts";
import { type Cluster, nameOf } from "./cluster.ts";
import type { ChartValues, HelmEngine, Settings } from "./config.ts";
import { contentOf, contentSecret } from "./secret.ts";

export type DatabaseArgs = {
  cluster: Cluster;
  helmEngine: HelmEngine;
  /** `undefined` makes one once. It counts when the database is made, never again. */
  password: Output<string> | undefined;
  /** Leave the volume when the stack is destroyed. */
  keepData: boolean;
  /** More values of the chart. */
  values: ChartValues;
};

/** How the API reaches its database. */
export type DatabaseAddress = {
  url: Output<string>;
  /** Past a transaction pooler, for migrations; `undefined` where `url` leads through none. */
  directUrl: Output<string> | undefined;
};

const LENGTH = 32;

/** The database of the configuration: one in the cluster, or one that is there already. */
export function connectDatabase(
  { database, helmEngine, keepData, chartValues }: Settings,
  cluster: Cluster,
): DatabaseAddress {
  return database.kind === "own"
    ? database
    : new Database("database", {
        cluster,
        helmEngine,
        keepData,
        password: database.password,
        values: chartValues.postgres,
      });
}

/** PostgreSQL in the cluster, for one stack alone. */
export class Database extends ComponentResource implements DatabaseAddress {
  /** `postgres://…`, as a pod of the same namespace reaches it. */
  readonly url: Output<string>;
  readonly directUrl = undefined;

  constructor(name: string, args: DatabaseArgs, opts?: ComponentResourceOptions) {
    super("todo:stack:Database", name, {}, opts);
    const { cluster, helmEngine, keepData, values } = args;
    const password = args.password ?? this.#makeOnce();

    // PostgreSQL takes its password when the data are made. So the first one stays, and the address is made of what the
    // Secret really holds: whatever happens to the configuration, both sides go on agreeing.
    const credentials = contentSecret("postgres-secrets", { cluster, content: { password }, fixed: true }, this);
    const deployed = contentOf(credentials, "password");
    if (args.password !== undefined) this.#warnWhenChanged(args.password, deployed);
    this.url = secret(interpolate`postgres://todo:${deployed.apply(encodeURIComponent)}@postgres:5432/todo`);

    new ChartInstall(
      "postgres",
      {
        cluster,
        engine: helmEngine,
        values: {
          secret: { name: nameOf(credentials, "postgres-secrets") },
          persistence: { whenDeleted: keepData ? "Retain" : "Delete" },
        },
        moreValues: values,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }

  #makeOnce(): Output<string> {
    const made = new RandomPassword(
      "database-password",
      { length: LENGTH, special: false },
      // A new one would lock the database out.
      { parent: this, ignoreChanges: ["*"] },
    );
    return secret(made.result);
  }

  #warnWhenChanged(wanted: Output<string>, deployed: Output<string>): void {
    all([wanted, deployed]).apply(([now, then]) => {
      if (now !== then) {
        void log.warn(
          "databasePassword is another one than the database was made with, which goes on counting. Set it back, or " +
            "start with an empty database: pulumi destroy, then pulumi up",
          this,
        );
      }
    });
  }
}
