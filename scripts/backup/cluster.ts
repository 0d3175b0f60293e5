import { findKubectl } from "../cluster/kubectl.ts";
import { openStack } from "../cluster/pulumi.ts";
import { namespaceOf, pulumiEnv } from "../cluster/settings.ts";
import { ROOT } from "../local/paths.mjs";
import { UserError } from "../local/user-error.mjs";
import { asker } from "../programs.ts";
import type { ClientName } from "./clients.ts";
import type { Place } from "./place.ts";

/** In the container these name the user, who owns the database, and the database; its own socket asks for no password. */
const REACH = 'client=$1; shift; exec "$client" --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" "$@"';
/** What only unpacks reaches for nothing. */
const PLAIN = 'exec "$@"';

/** The database in a stack's cluster: its own container has the client programs of its version. */
export async function openCluster(stack: string, signal: AbortSignal): Promise<Place> {
  const env = pulumiEnv(process.env, process.execPath);
  const config = await openStack(stack, env, signal);
  const ask = asker({ env, cwd: ROOT, signal });
  const { program, before } = await findKubectl(config, ask);
  const namespace = namespaceOf(config);
  const inNamespace = [...before, "-n", namespace];
  const selector = "app.kubernetes.io/name=postgres";
  const answer = await ask(program, [...inNamespace, "get", "pods", "-l", selector, "-o", "name"]);
  if (answer.kind !== "done") {
    const said = answer.kind === "failed" ? answer.stderr.trim().split("\n").at(-1) : answer.kind;
    throw new UserError(`the cluster of stack ${stack} does not answer (${said}): npm run up starts it`);
  }
  const pod = answer.stdout.trim().split("\n")[0];
  if (!pod) {
    throw new UserError(
      `there is no database in the namespace ${namespace} of stack ${stack}: npm run up makes it; where databaseUrl is set, ` +
        "run this with that address as DATABASE_URL instead of --cluster",
    );
  }
  return {
    name: `the database of stack ${stack}`,
    command: (client, args) => ({
      program,
      args: [
        ...inNamespace,
        "exec",
        "-i",
        pod,
        "-c",
        "postgres",
        "--",
        "sh",
        "-c",
        script(client),
        "sh",
        client,
        ...args,
      ],
      env,
    }),
    close: async () => undefined,
  };
}

function script(client: ClientName): string {
  return client === "pg_restore" ? PLAIN : REACH;
}
