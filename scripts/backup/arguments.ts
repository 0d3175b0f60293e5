import { parseArgs } from "node:util";
import { stackName } from "../cluster/settings.ts";
import { errorMessage, UserError } from "../local/user-error.mjs";

/**
 * What the command line says.
 * @returns `stack` undefined without `--cluster`
 * @throws UserError
 */
export function readArguments(args: string[], command: "backup" | "restore", env = process.env) {
  const options = { cluster: { type: "boolean" }, stack: { type: "string" }, replace: { type: "boolean" } } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UserError(errorMessage(error), { cause: error });
  }
  const { values, positionals } = parsed;
  if (positionals.length > 1) throw new UserError(`one file, not ${positionals.length}: npm run ${command} -- FILE`);
  if (values.replace && command === "backup") throw new UserError("--replace belongs to npm run restore");
  if (values.stack !== undefined && !values.cluster) throw new UserError("--stack says which cluster: add --cluster");
  const stack = values.cluster ? stackName(values.stack === undefined ? [] : [values.stack], env) : undefined;
  return { file: positionals[0], stack, replace: values.replace ?? false };
}
