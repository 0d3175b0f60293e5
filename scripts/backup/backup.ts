import path from "node:path";
import { runCommand } from "../command.ts";
import { ROOT } from "../local/paths.mjs";
import { readArguments } from "./arguments.ts";
import { dump } from "./dump.ts";
import { openPlace } from "./place.ts";
import { megabytes } from "./progress.ts";

// npm run backup [-- FILE] [--cluster [--stack NAME]]: writes all data into one file. The app may run meanwhile.

await runCommand(async (signal) => {
  const { file, stack } = readArguments(process.argv.slice(2), "backup");
  const place = await openPlace(stack, false, signal);
  try {
    const time = new Date().toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
    const target = path.resolve(process.env["INIT_CWD"] ?? ROOT, file ?? `todo-${time}.dump`);
    console.log(`Saving ${place.name}`);
    const bytes = await dump(place, target, signal);
    console.log(`Saved in ${target} (${megabytes(bytes)} MB). It holds what people wrote and their passwords' hashes.`);
    return undefined;
  } finally {
    await place.close();
  }
});
