import path from "node:path";
import { authSecret } from "./data-dir.mjs";
import { BACKEND, FRONTEND, ROOT, STANDALONE } from "./paths.mjs";
import { assertPortFree } from "./ports.mjs";
import { lastLines, run } from "./run.mjs";
import { startService } from "./service.mjs";
import { UserError } from "./user-error.mjs";

/** A small young generation: 12 MB less memory when idle, for a little more work under load. */
export const BACKEND_FLAGS = ["--max-semi-space-size=2"];

/**
 * The variables that both entries of the backend get.
 * @param {import("./settings.mjs").Settings} settings
 * @param {string} databaseUrl
 * @returns {NodeJS.ProcessEnv}
 */
export function backendEnv({ backendPort, dataDir, authSecret: given, authUrl, openai }, databaseUrl) {
  return {
    ...process.env,
    NODE_ENV: "production",
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

/**
 * Brings the database's tables up to date.
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 */
export async function migrate(env, signal) {
  const { code, output } = await run(process.execPath, [path.join(BACKEND, "dist", "migrate.js")], {
    cwd: ROOT,
    env,
    signal,
  });
  if (code === 0) {
    return;
  }
  const lines = output.trim().split("\n");
  if (lines.length > 1) {
    console.error(`\n${lastLines(output)}`);
  }
  const reason = lines.length > 1 ? "its last lines are above" : lines[0] || `exit code ${code}`;
  throw new UserError(`the database could not be brought up to date: ${reason}`);
}

/**
 * @param {import("./settings.mjs").Settings} settings
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 */
export function startBackend({ dataDir, backendPort }, env, signal) {
  return startService({
    name: "backend",
    script: path.join(BACKEND, "dist", "main.js"),
    nodeFlags: BACKEND_FLAGS,
    cwd: ROOT,
    env,
    logDir: path.join(dataDir, "logs"),
    readyUrl: `http://127.0.0.1:${backendPort}/api/health`,
    signal,
    explain: () => assertPortFree(backendPort, "BACKEND_PORT"),
  });
}

/**
 * @param {import("./settings.mjs").Settings} settings
 * @param {AbortSignal} signal
 */
export function startFrontend({ dataDir, port, backendPort, authSecret: given }, signal) {
  return startService({
    name: "page",
    script: path.join(ROOT, "scripts", "local", "frontend.mjs"),
    args: [path.join(STANDALONE, "server.js")],
    cwd: FRONTEND,
    env: {
      ...process.env,
      NODE_ENV: "production",
      PORT: String(port),
      HOSTNAME: "127.0.0.1",
      BACKEND_URL: `http://127.0.0.1:${backendPort}`,
      // With it the page signs each browser's address for the backend.
      BETTER_AUTH_SECRET: authSecret(dataDir, given),
      NEXT_TELEMETRY_DISABLED: "1",
    },
    logDir: path.join(dataDir, "logs"),
    readyUrl: `http://127.0.0.1:${port}/`,
    signal,
    explain: () => assertPortFree(port, "PORT"),
  });
}

/**
 * Who answers in the chat, in the backend's own words.
 * @param {number} backendPort
 * @returns {Promise<string>}
 */
export async function assistantName(backendPort) {
  const response = await fetch(`http://127.0.0.1:${backendPort}/api/health`);
  const { assistant } = /** @type {{ assistant?: unknown }} */ (await response.json());
  return assistant === "rules" || typeof assistant !== "string"
    ? "built-in rules, no model (set OPENAI_API_KEY or OPENAI_BASE_URL for one)"
    : assistant;
}
