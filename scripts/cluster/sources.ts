import path from "node:path";
import { readRules } from "../../stack/content-tag.ts";
import type { Watched } from "../watch.ts";

/** The program and its charts, and what says how the images are built. */
const FILES =
  /^(Dockerfile\.\w+(\.dockerignore)?|index\.ts|Pulumi(\.[\w-]+)?\.yaml|package\.json|scripts\/programs\.ts|security\/base-images\.json)$/;
const FOLDERS = ["helm", "stack"];
const FOLDERS_ABOVE = ["scripts", "security"];
/** Made by editors, tests, and what people read. */
const IGNORED = /(^|\/)(\.#.*|.*~|.*\.(test\.tsx?|md|swp|tmp|log))$/;

/** What goes into images, charts or the program, as far as a path tells; Pulumi finds out whether it changes anything. */
export function deployedSources(root: string): Watched {
  const images = ["frontend", "backend"].map((name) => readRules(root, path.join(root, `Dockerfile.${name}`)));
  const isIn = (place: string) => FOLDERS.some((folder) => place === folder || place.startsWith(`${folder}/`));
  return {
    isWatched: (file) =>
      !IGNORED.test(file) && (FILES.test(file) || isIn(file) || images.some((rules) => !rules.excludes(file))),
    mayHold: (folder) =>
      isIn(folder) || FOLDERS_ABOVE.includes(folder) || images.some((rules) => !rules.excludesAllBelow(folder)),
  };
}
