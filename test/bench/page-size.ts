import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "../../scripts/local/paths.mjs";
import { signUp } from "../support/accounts.ts";
import { type Row, row } from "../support/figures.ts";
import { type Database, startBackend, startProcess } from "./backend.ts";

const EMPTY = path.join(ROOT, "test", "bench", ".empty-page");
const STANDALONE = path.join(ROOT, "services/frontend/.next/standalone/services/frontend/server.js");

const emptyPage = {
  "package.json": '{ "private": true }',
  "next.config.mjs": `export default { turbopack: { root: ${JSON.stringify(ROOT)} } };`,
  "app/layout.jsx":
    "export default function L({ children }) { return <html lang='en'><body>{children}</body></html>; }",
  "app/page.jsx": "export default function P() { return <main>empty</main>; }",
};

/** What the browser loads of JavaScript for the chat page, gzipped, over an empty page of the same Next. */
export async function measurePageSize(database: Database): Promise<Row[]> {
  const empty = gzippedScripts(buildEmptyPage(), path.join(EMPTY, ".next"));
  const backend = await startBackend(database.url);
  const page = await startProcess([STANDALONE], {
    BACKEND_URL: backend.url,
    HOSTNAME: "127.0.0.1",
    NODE_ENV: "production",
  });
  const { cookie } = await signUp(backend.url);
  const html = await (await fetch(`${page.url}/chat`, { headers: { cookie } })).text();
  await Promise.all([page.stop(), backend.stop()]);
  const chat = gzippedScripts(html, path.join(ROOT, "services/frontend/.next"));
  return [
    row(
      "JavaScript of the chat page over an empty page, gzipped",
      { value: chat - empty, unit: "kB", digits: 1 },
      { at: "most", limit: 40 },
      { name: "empty page", value: empty },
    ),
  ];
}

function buildEmptyPage(): string {
  rmSync(EMPTY, { recursive: true, force: true });
  for (const [name, content] of Object.entries(emptyPage)) {
    mkdirSync(path.dirname(path.join(EMPTY, name)), { recursive: true });
    writeFileSync(path.join(EMPTY, name), content);
  }
  const next = path.join(ROOT, "node_modules/next/dist/bin/next");
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" as const };
  execFileSync(process.execPath, [next, "build"], { cwd: EMPTY, env, stdio: ["ignore", "ignore", "inherit"] });
  return readFileSync(path.join(EMPTY, ".next/server/app/index.html"), "utf8");
}

/** Kilobytes of the scripts that the page names, each gzipped, without the polyfills for old browsers. */
function gzippedScripts(html: string, folder: string): number {
  const tags = html.match(/<script\b[^>]*>/g) ?? [];
  const files = new Set(
    tags.filter((tag) => !/\bnomodule\b/i.test(tag)).flatMap((tag) => /src="\/_next\/([^"?]+)/.exec(tag)?.[1] ?? []),
  );
  if (files.size === 0) throw new Error("the page names no scripts");
  let bytes = 0;
  for (const file of files) bytes += gzipSync(readFileSync(path.join(folder, file)), { level: 9 }).length;
  return bytes / 1000;
}
