/** Decides which files of a folder belong to a build, as Docker reads a .dockerignore. */
export interface IgnoreRules {
  /** Whether the file stays out. `file` is relative, with `/` between its parts. */
  excludes(file: string): boolean;
  /** Whether nothing below the folder can belong to the build, so that nobody needs to look. */
  excludesAllBelow(folder: string): boolean;
}

interface Rule {
  expression: RegExp;
  negated: boolean;
  /** The parts before the first one with a wildcard. */
  fixedParts: string[];
  /** Whether all parts are fixed. */
  exact: boolean;
}

const WILD = /[*?[\\]/;

/**
 * Reads the text of a .dockerignore: one pattern a line, `*`, `?`, `[…]`, `**`, and `!` for an exception. The last
 * pattern that matches a file, or a folder around it, decides.
 */
export function parseIgnore(text: string): IgnoreRules {
  const rules = text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .flatMap(parseLine);
  const exceptions = rules.filter(({ negated }) => negated);

  /** Goes from the outermost folder to the file, as Docker walks: what matches a folder matches all that is in it. */
  const excludes = (file: string): boolean => {
    let matchesFolder: boolean[] = [];
    let excluded = false;
    for (const place of withFoldersAround(file)) {
      excluded = false;
      const matches: boolean[] = [];
      for (const [index, { expression, negated }] of rules.entries()) {
        // Docker does not ask patterns that would change nothing.
        const match: boolean = matchesFolder[index] === true || (negated === excluded && expression.test(place));
        matches.push(match);
        excluded = match ? !negated : excluded;
      }
      matchesFolder = matches;
    }
    return excluded;
  };
  return {
    excludes,
    excludesAllBelow: (folder) => excludes(folder) && !exceptions.some((rule) => mayMatchBelow(rule, folder)),
  };
}

function parseLine(line: string): Rule[] {
  if (line.startsWith("#")) {
    return [];
  }
  const trimmed = line.trim();
  const negated = trimmed.startsWith("!");
  const pattern = clean(negated ? trimmed.slice(1).trim() : trimmed);
  if (pattern === "") {
    return [];
  }
  const parts = pattern.split("/");
  const wild = parts.findIndex((part) => WILD.test(part));
  return [
    {
      expression: toExpression(pattern),
      negated,
      fixedParts: wild === -1 ? parts : parts.slice(0, wild),
      exact: wild === -1,
    },
  ];
}

/** Without `./`, doubled and outer slashes; nothing when it leads out of the folder. */
function clean(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split("/")) {
    if (part === ".." && parts.pop() === undefined && !pattern.startsWith("/")) {
      return "";
    }
    if (part !== ".." && part !== "" && part !== ".") {
      parts.push(part);
    }
  }
  return parts.join("/");
}

function toExpression(pattern: string): RegExp {
  let source = "";
  for (let i = 0; i < pattern.length; i += 1) {
    const sign = pattern.charAt(i);
    const classEnd = sign === "[" ? pattern.indexOf("]", i + 2) : -1;
    if (pattern.startsWith("**", i)) {
      const slash = pattern.charAt(i + 2) === "/";
      const rest = pattern.slice(i + 2);
      // Docker takes `**` before a plain text for "ends with".
      source += rest === "" || (i === 0 && !slash && !WILD.test(rest)) ? ".*" : "(?:.*/)?";
      i += slash ? 2 : 1;
    } else if (sign === "*") {
      source += "[^/]*";
    } else if (sign === "?") {
      source += "[^/]";
    } else if (classEnd > 0) {
      source += pattern.slice(i, classEnd + 1);
      i = classEnd;
    } else if (sign === "\\" && i + 1 < pattern.length) {
      source += escapeSign(pattern.charAt(i + 1));
      i += 1;
    } else {
      source += escapeSign(sign);
    }
  }
  return new RegExp(`^${source}$`, "s");
}

function escapeSign(sign: string): string {
  return sign.replace(/[.*+?^${}()|[\]\\]/, "\\$&");
}

/** The file and every folder around it, the outermost first. */
function withFoldersAround(file: string): string[] {
  const parts = file.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function mayMatchBelow({ fixedParts, exact }: Rule, folder: string): boolean {
  const parts = folder.split("/");
  const common = Math.min(parts.length, fixedParts.length);
  const agree = fixedParts.slice(0, common).every((part, index) => part === parts[index]);
  return agree && (!exact || fixedParts.length > parts.length);
}
