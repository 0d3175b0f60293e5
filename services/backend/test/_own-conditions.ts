import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import ts from "typescript";
import type { startServer } from "../src/server.ts";

/** A place in a query where it asks for the rows of its user only. */
export type Condition = { name: string; from: number; to: number; replacement: string };

/** Switches single conditions off, in a server whose queries were rewritten to ask for it. */
export type Switch = {
  /** The condition that is left out now. */
  off: string | undefined;
  /** Those that were to be left out and were come to. */
  reached: Set<string>;
  choose: <T, U>(name: string, kept: T, removed: U) => T | U;
};

declare global {
  var ownConditions: Switch;
}

const BACKEND = path.join(import.meta.dirname, "..");
const QUERIES = path.join(BACKEND, "src", "db", "queries");
/** Ends sessions and passwords, which row-level security knows nothing of, so it is nobody's transaction. */
const OUTSIDE = "accounts beginLeaving";

/**
 * Every query's own condition on the user, found in the syntax tree: in `.where("userId", "=", userId)`, and in texts as
 * `"userId" = ${userId}`. `pass`: functions that hand the user on to another, or store it.
 * @throws for a use of the user that is neither, so that none is overlooked
 */
export function conditionsOf(file: string, source: string): { conditions: Condition[]; without: string[] } {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const conditions: Condition[] = [];
  const without: string[] = [];
  for (const declared of tree.statements) {
    if (!ts.isFunctionDeclaration(declared) || !declared.name) continue;
    const name = `${path.basename(file, ".ts")} ${declared.name.text}`;
    if (name === OUTSIDE) continue;
    const before = conditions.length;
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && node.text === "userId" && isRead(node)) {
        const found = conditionAt(node, source, `${name} ${conditions.length - before + 1}`);
        if (found) conditions.push(found);
        else if (!isHandedOn(node)) {
          const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
          throw new Error(`${file}:${line + 1} does something with the user that this proof does not know`);
        }
      }
      ts.forEachChild(node, visit);
    };
    if (declared.body) visit(declared.body);
    if (conditions.length === before) without.push(name);
  }
  return { conditions, without };
}

function isRead(node: ts.Identifier): boolean {
  const { parent } = node;
  const isName = ts.isPropertyAccessExpression(parent) && parent.name === node;
  return !isName && !ts.isBindingElement(parent) && !ts.isPropertySignature(parent) && !ts.isParameter(parent);
}

/** Given to another function, put into a row, or the id of an account, which row-level security knows nothing of. */
function isHandedOn({ parent }: ts.Identifier): boolean {
  if (ts.isShorthandPropertyAssignment(parent) || ts.isPropertyAssignment(parent) || ts.isTemplateSpan(parent))
    return true;
  if (!ts.isCallExpression(parent)) return false;
  return ts.isIdentifier(parent.expression) || parent.getText().endsWith('.where("id", "=", userId)');
}

function conditionAt(node: ts.Identifier, source: string, name: string): Condition | undefined {
  const { parent } = node;
  const choose = `globalThis.ownConditions.choose(${JSON.stringify(name)}`;
  if (ts.isCallExpression(parent) && ts.isPropertyAccessExpression(parent.expression)) {
    const [first, , last] = parent.arguments;
    if (parent.expression.name.text !== "where" || !first || !last || !/userId"$/.test(first.getText()))
      return undefined;
    const [from, to] = [first.getStart(), last.getEnd()];
    const kept = source.slice(from, to);
    return { name, from, to, replacement: `...${choose}, [${kept}], [(all) => all.lit(true)])` };
  }
  const [condition] = /(?:"\w+"\.)?"userId" = \$\{$/.exec(source.slice(0, node.getStart())) ?? [];
  if (!ts.isTemplateSpan(parent) || condition === undefined) return undefined;
  const [from, to] = [node.getStart() - condition.length, node.getEnd() + 1];
  return { name, from, to, replacement: `\${${choose}, sql\`${source.slice(from, to)}\`, sql\`true\`)}` };
}

/** The server with its queries rewritten, the names of their conditions, and of the functions that have none. */
export async function bundleWithSwitch(): Promise<{
  startServer: typeof startServer;
  conditions: string[];
  without: string[];
  remove: () => void;
}> {
  const rewritten = new Map<string, string>();
  const found = { conditions: [] as string[], without: [] as string[] };
  for (const name of readdirSync(QUERIES).filter((each) => each.endsWith(".ts"))) {
    const file = path.join(QUERIES, name);
    let source = readFileSync(file, "utf8");
    const { conditions, without } = conditionsOf(file, source);
    found.conditions.push(...conditions.map((each) => each.name));
    found.without.push(...without);
    for (const { from, to, replacement } of conditions.toReversed()) {
      source = source.slice(0, from) + replacement + source.slice(to);
    }
    rewritten.set(file, source);
  }
  // Beside the packages, so that it finds them.
  const folder = path.join(BACKEND, "node_modules", ".cache");
  mkdirSync(folder, { recursive: true });
  const out = mkdtempSync(path.join(folder, "own-conditions-"));
  await build({
    entryPoints: [path.join(BACKEND, "src", "server.ts")],
    outfile: path.join(out, "server.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    logLevel: "error",
    plugins: [
      {
        name: "rewritten queries",
        setup({ onLoad, onResolve }) {
          // Packages are loaded as they are; ours are of one piece with the server.
          onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
            kind === "entry-point" || name.startsWith("@todo/") ? undefined : { external: true },
          );
          onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
            const contents = rewritten.get(file);
            return contents === undefined ? undefined : { contents, loader: "ts" };
          });
        },
      },
    ],
  });
  copyFileSync(path.join(BACKEND, "src", "common-passwords.bin"), path.join(out, "common-passwords.bin"));
  globalThis.ownConditions = {
    off: undefined,
    reached: new Set(),
    choose(name, kept, removed) {
      if (name !== this.off) return kept;
      this.reached.add(name);
      return removed;
    },
  };
  const { startServer: start } = await import(path.join(out, "server.mjs"));
  return { startServer: start, ...found, remove: () => rmSync(out, { recursive: true }) };
}
