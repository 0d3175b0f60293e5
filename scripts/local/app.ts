import path from "node:path";
import { run } from "../programs.ts";
import { authSecret } from "./data-dir.mjs";
import { BACKEND, FRONTEND, ROOT, STANDALONE } from "./paths.mjs";
import { assertPortFree } from "./ports.mjs";
import { type Running, type ServiceOptions, startService } from "./service.ts";
import type { Settings } from "./settings.mjs";
import { excerpt } from "./steps.mjs";
import { UserError } from "./user-error.mjs";

/** V8's young generation in MB: with 2 instead of 16 idle memory is 8 MB less, and requests take more CPU. */
export const BACKEND_FLAGS = ["--max-semi-space-size=16"];

/** Where the parts come from: what was built, or the source, which reloads. */
export type Origin = {
  /** The backend's entries. */
  backend: { main: string; migrate: string };
  /** What Node is given to serve the page. */
  page: (port: number) => string[];
  mode: "production" | "development";
};

export const BUILT: Origin = {
  backend: { main: path.join(BACKEND, "dist", "main.js"), migrate: path.join(BACKEND, "dist", "migrate.js") },
  page: () => [path.join(STANDALONE, "server.js")],
  mode: "production",
};

/** The variables that both entries of the backend get. */
export function backendEnv(settings: Settings, databaseUrl: string, origin = BUILT): NodeJS.ProcessEnv {
  const { backendPort, dataDir, authSecret: given, authUrl, openai } = settings;
  return {
    ...process.env,
    NODE_ENV: origin.mode,
    HOST: "127.0.0.1",
    PORT: String(backendPort),
    DATABASE_URL: databaseUrl,
    BETTER_AUTH_SECRET: authSecret(dataDir, given),
    BETTER_AUTH_URL: authUrl,
    OPENAI_API_KEY: openai.apiKey,
    OPENAI_BASE_URL: openai.baseUrl,
    OPENAI_MODEL: openai.model,
  };
}

/** Brings the database's tables up to date. */
export async function migrate(env: NodeJS.ProcessEnv, signal: AbortSignal, origin = BUILT): Promise<void> {
  const { code, output } = await run(process.execPath, [origin.backend.migrate], { cwd: ROOT, env, signal });
  if (code === 0) return;
  const [line, ...more] = output.trim().split("\n");
  if (more.length > 0) console.error(`\n${excerpt(output)}`);
  const reason = more.length > 0 ? "its own words are above" : line || `exit code ${code}`;
  throw new UserError(`the database could not be brought up to date: ${reason}`);
}

export function startBackend(
  settings: Settings,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  origin = BUILT,
): Promise<Running> {
  const { backendPort: port } = settings;
  const node = [...BACKEND_FLAGS, origin.backend.main];
  return start({ name: "backend", node, cwd: ROOT, env, signal }, settings, port, "BACKEND_PORT", "/api/health");
}

export function startFrontend(settings: Settings, signal: AbortSignal, origin = BUILT): Promise<Running> {
  const { dataDir, port, backendPort, authSecret: given } = settings;
  const node = [path.join(ROOT, "scripts", "local", "frontend.ts"), ...origin.page(port)];
  const env = {
    ...process.env,
    NODE_ENV: origin.mode,
    PORT: String(port),
    HOSTNAME: "127.0.0.1",
    BACKEND_URL: `http://127.0.0.1:${backendPort}`,
    // With it the page signs each browser's address for the backend.
    BETTER_AUTH_SECRET: authSecret(dataDir, given),
    NEXT_TELEMETRY_DISABLED: "1",
  };
  return start({ name: "page", node, cwd: FRONTEND, env, signal }, settings, port, "PORT", "/");
}

type Part = Omit<ServiceOptions, "logDir" | "readyUrl" | "explain">;

function start(part: Part, { dataDir }: Settings, port: number, variable: string, ready: string): Promise<Running> {
  return startService({
    ...part,
    logDir: path.join(dataDir, "logs"),
    readyUrl: `http://127.0.0.1:${port}${ready}`,
    explain: () => assertPortFree(port, variable),
  });
}

/** Who answers in the chat, in the backend's own words. */
export async function assistantName(backendPort: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${backendPort}/api/health`);
  const { assistant }: { assistant?: unknown } = await response.json();
  return assistant === "rules" || typeof assistant !== "string"
    ? "built-in rules, no model (set OPENAI_API_KEY or OPENAI_BASE_URL for one)"
    : assistant;
}
