import path from "node:path";
import { runCommand } from "../command.ts";
import { ROOT } from "../local/paths.mjs";
import { UserError } from "../local/user-error.mjs";
import { readArguments } from "./arguments.ts";
import { fill } from "./fill.ts";
import { openPlace } from "./place.ts";

// npm run restore -- FILE [--replace] [--cluster [--stack NAME]]: puts back what npm run backup has saved.

await runCommand(
  async (signal) => {
    const { file, stack, replace } = readArguments(process.argv.slice(2), "restore");
    if (file === undefined) throw new UserError("which file? npm run restore -- FILE");
    const place = await openPlace(stack, true, signal);
    try {
      console.log(`Restoring into ${place.name}`);
      await fill(place, path.resolve(process.env["INIT_CWD"] ?? ROOT, file), replace, signal);
      console.log("Restored. A backup of an older version is migrated when the app starts next.");
      return undefined;
    } finally {
      await place.close();
    }
  },
  { onStop: "Stopped. Nothing was changed." },
);
