import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../local/paths.mjs";
import { billOfMaterials } from "./bill-of-materials.ts";
import { packagesOfBackend, packagesOfPage } from "./packages.ts";

// npm run sbom [-- FOLDER]: writes what is in each image, besides its base, as todo-backend.cdx.json and todo-frontend.cdx.json
// into FOLDER, which is sbom/ unless it is named.

const folder = path.resolve(ROOT, process.argv[2] ?? "sbom");
mkdirSync(folder, { recursive: true });
for (const [image, packages] of [
  ["todo-backend", packagesOfBackend()],
  ["todo-frontend", packagesOfPage()],
] as const) {
  const file = path.join(folder, `${image}.cdx.json`);
  writeFileSync(file, `${JSON.stringify(billOfMaterials(image, packages), null, 2)}\n`);
  console.log(`${image}: ${packages.length} packages, in ${path.relative(process.cwd(), file)}`);
}
