import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
export const NODE_MODULES = path.join(ROOT, "node_modules");
export const BACKEND = path.join(ROOT, "services", "backend");
export const FRONTEND = path.join(ROOT, "services", "frontend");
/** The folder that Next makes for running without node_modules; within it the app lies as in the repository. */
export const STANDALONE = path.join(FRONTEND, ".next", "standalone", "services", "frontend");
