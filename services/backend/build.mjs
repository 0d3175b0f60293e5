import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

// node build.mjs [--no-source-maps] [--out=FOLDER] [--metafile=FILE]: bundles the two entries of the backend into dist/
// beside this file or into FOLDER, with all they need: it runs without node_modules. FILE tells what is in it.

const folder = import.meta.dirname;
const { values: options } = parseArgs({
  options: {
    "source-maps": { type: "boolean", default: true },
    out: { type: "string", default: path.join(folder, "dist") },
    metafile: { type: "string" },
  },
  allowNegative: true,
});
const dist = path.resolve(options.out);
const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));

const mcpClients = ["NodeMCPServerStdio", "NodeMCPServerSSE", "NodeMCPServerStreamableHttp"];

/**
 * Classes of these names that can't be made.
 * @param {string[]} names
 */
function leftOut(names) {
  const refuse = 'constructor() { throw new Error("left out of this build"); }';
  return names.map((name) => `export class ${name} { ${refuse} }`).join("\n");
}

/**
 * Parts of dependencies that we never use, or not at once, but that would be loaded with the rest.
 * @type {import("esbuild").Plugin}
 */
const leaveOut = {
  name: "leave-out",
  setup({ onLoad, onResolve }) {
    // The Agents SDK's entry makes a client of OpenAI and brings voice along. To us it is the loop, and OpenAI's models
    // as well for the one file that makes them, which is loaded only when there is a key or an address.
    onResolve({ filter: /^@openai\/agents$/ }, ({ importer, resolveDir }) => ({
      path: importer.endsWith("/openai-model.ts") ? "loop and models" : "loop",
      namespace: "agents",
      pluginData: resolveDir,
    }));
    onLoad({ filter: /./, namespace: "agents" }, ({ path: parts, pluginData: resolveDir }) => {
      const packages = parts === "loop" ? ["agents-core"] : ["agents-core", "agents-openai"];
      const contents = packages.map((name) => `export * from "@openai/${name}";`).join("\n");
      return { contents, resolveDir };
    });
    // The Agents SDK's clients of MCP servers; our agent has none.
    onLoad({ filter: /agents-core\/dist\/shims\/mcp-server\/node\.mjs$/ }, () => ({ contents: leftOut(mcpClients) }));
    // The MCP SDK's check of what clients' users were asked for; we ask for nothing (`src/mcp/serve.ts`).
    onLoad({ filter: /modelcontextprotocol\/server\/dist\/shimsNode\.mjs$/ }, () => ({
      contents: `${leftOut(["DefaultJsonSchemaValidator"])}\nexport { default as process } from "node:process";`,
    }));
    // Our messages are English; zod brings 50 languages.
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: folder,
  entryPoints: ["src/main.ts", "src/migrate.ts"],
  outdir: dist,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  // What is imported later stays a file of its own and is loaded when it is needed.
  splitting: true,
  sourcemap: options["source-maps"],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "linked",
  // An optional native client that pg asks for and we do not use.
  external: ["pg-native"],
  define: { "process.env.APP_VERSION": JSON.stringify(version) },
  // Some dependencies are CommonJS and call require for Node's own modules, which ES modules do not have.
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
  },
  plugins: [leaveOut],
  logLevel: "warning",
  metafile: true,
});
if (options.metafile !== undefined) writeFileSync(options.metafile, JSON.stringify(metafile));

// Read when it is first needed, by its place beside the bundle.
copyFileSync(path.join(folder, "src", "common-passwords.bin"), path.join(dist, "common-passwords.bin"));

const docs = path.join(dist, "docs");
const swagger = path.dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
mkdirSync(docs, { recursive: true });
for (const file of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  copyFileSync(path.join(swagger, file), path.join(docs, file));
}
