import { createHash, type Hash } from "node:crypto";
import { type Dirent, existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import path from "node:path";
import { UserError } from "../scripts/local/user-error.mjs";
import { type IgnoreRules, parseIgnore } from "./ignore-rules.ts";

/** What decides about an image. */
export type BuildInput = {
  /** The folder that is sent to the builder. */
  context: string;
  /** The Dockerfile, relative to the program's working directory like the context. */
  dockerfile: string;
  platform: string;
  args: Record<string, string>;
  /** Any text; a new one makes a new image of the same files. */
  rebuild: string;
};

const TAG_LENGTH = 12;
const PERMISSIONS = 0o777;

/**
 * Names an image by what goes into it: 12 hexadecimal digits over every file that the builder gets (its path, its
 * permissions, its bytes), the Dockerfile, and the settings of the build. Equal content has an equal tag, so the tag is
 * known before the build and pods roll only when something changed.
 * @throws UserError when the Dockerfile or a link's target is missing
 */
export function contentTag({ context, dockerfile, platform, args, rebuild }: BuildInput): string {
  if (!existsSync(dockerfile)) {
    throw new UserError(`${dockerfile} is missing, and it says how to build an image:\n  git restore ${dockerfile}`);
  }
  const hash = createHash("sha256");
  addPart(hash, "settings", JSON.stringify([platform, Object.entries(args).sort(byName), rebuild]));
  addPart(hash, "dockerfile", readFileSync(dockerfile));
  for (const file of contextFiles(context, readRules(context, dockerfile))) addFile(hash, context, file);
  return hash.digest("hex").slice(0, TAG_LENGTH);
}

/** Names a folder by what is in it, in the same way. */
export function folderTag(folder: string): string {
  const hash = createHash("sha256");
  for (const file of contextFiles(folder, parseIgnore(""))) addFile(hash, folder, file);
  return hash.digest("hex").slice(0, TAG_LENGTH);
}

/** The files that the builder gets, sorted, relative to the context with `/` between their parts. */
export function contextFiles(context: string, rules: IgnoreRules): string[] {
  const files: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(path.join(context, folder), { withFileTypes: true })) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!rules.excludesAllBelow(name)) visit(name);
      } else if (isSent(entry) && !rules.excludes(name)) {
        files.push(name);
      }
    }
  };
  visit("");
  return files.sort();
}

/** `Dockerfile.x.dockerignore` goes before the .dockerignore of the context, as with Docker. */
export function readRules(context: string, dockerfile: string): IgnoreRules {
  const file = [`${dockerfile}.dockerignore`, path.join(context, ".dockerignore")].find((name) => existsSync(name));
  return parseIgnore(file === undefined ? "" : readFileSync(file, "utf8"));
}

/** Sockets and pipes are not sent. */
function isSent(entry: Dirent): boolean {
  return entry.isFile() || entry.isSymbolicLink();
}

function addFile(hash: Hash, context: string, file: string): void {
  const place = path.join(context, file);
  const target = readLink(place);
  if (target === undefined) {
    const { mode } = statSync(place);
    addPart(hash, `file ${(mode & PERMISSIONS).toString(8)} ${file}`, readFileSync(place));
    return;
  }
  if (!existsSync(place)) {
    throw new UserError(
      `${place} is a link to ${target}, which does not exist, and the builder refuses such a link. Remove it, or name it in a .dockerignore`,
    );
  }
  addPart(hash, `link ${file}`, target);
}

function readLink(place: string): string | undefined {
  try {
    return readlinkSync(place);
  } catch {
    // EINVAL: no link.
    return undefined;
  }
}

/** Lengths stand before the parts, so that no two lists of parts read alike. */
function addPart(hash: Hash, name: string, content: string | Buffer): void {
  hash.update(`${Buffer.byteLength(name)}:${name}${Buffer.byteLength(content)}:`);
  hash.update(content);
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}
