import readDockerignore from "@balena/dockerignore";

/** Decides which files of a folder belong to a build, as Docker reads a .dockerignore. */
export type IgnoreRules = {
  /** Whether the file stays out. `file` is relative, with `/` between its parts. */
  excludes(file: string): boolean;
  /** Whether nothing below the folder can belong to the build, so that nobody needs to look. */
  excludesAllBelow(folder: string): boolean;
};

/** Reads the text of a .dockerignore. */
export function parseIgnore(text: string): IgnoreRules {
  const rules = readDockerignore().add(text.replace(/^\uFEFF/, ""));
  const exceptions = text.split("\n").filter((line) => line.startsWith("!"));
  const excludes = (file: string) => rules.ignores(file);
  return {
    excludes,
    excludesAllBelow: (folder) => excludes(folder) && !exceptions.some((line) => mayMatchBelow(line.slice(1), folder)),
  };
}

/** Compares the parts before the first one with a wildcard; a pattern without any matches all below it, too. */
function mayMatchBelow(pattern: string, folder: string): boolean {
  const wanted = pattern.trim().split("/");
  const parts = folder.split("/");
  const wild = wanted.findIndex((part) => /[*?[\\]/.test(part));
  const fixed = wild === -1 ? wanted : wanted.slice(0, wild);
  return fixed.every((part, index) => index >= parts.length || part === parts[index]);
}
