import { it } from "vitest";
import { BUILDS, buildOne } from "../../scripts/local/build.ts";

it.for(Object.values(BUILDS))("$title goes well", async (build, { signal }) => {
  await buildOne(build, signal);
});
