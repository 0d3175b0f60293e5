import path from "node:path";
import { UserError } from "./user-error.mjs";

/**
 * @typedef {object} Settings
 * @property {number} port where the page is
 * @property {number} backendPort
 * @property {string} dataDir absolute
 * @property {string | undefined} databaseUrl a PostgreSQL to use instead of the built-in one
 * @property {string | undefined} authSecret
 * @property {string} authUrl the address that the browser opens
 * @property {{ apiKey: string | undefined, baseUrl: string | undefined, model: string | undefined }} openai
 */

/** As in the contract, which is no plain JavaScript; a test compares. */
export const SECRET_CHARACTERS = 32;

/**
 * Reads what the user set. The first value that can't be right ends it with one line.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder what a relative DATA_DIR starts from
 * @returns {Settings}
 */
export function readSettings(env, folder) {
  const port = readPort(env, "PORT", 3000);
  const backendPort = readPort(env, "BACKEND_PORT", 8000);
  if (port === backendPort) {
    throw new UserError(`PORT and BACKEND_PORT are both ${port}: give them two different ports`);
  }
  return {
    port,
    backendPort,
    dataDir: path.resolve(folder, text(env, "DATA_DIR") ?? ".data"),
    databaseUrl: readUrl(env, "DATABASE_URL", ["postgres:", "postgresql:"], "postgres://user:password@host:5432/name"),
    authSecret: readSecret(env),
    authUrl:
      readUrl(env, "BETTER_AUTH_URL", ["http:", "https:"], "http://localhost:3000") ?? `http://localhost:${port}`,
    openai: {
      apiKey: text(env, "OPENAI_API_KEY"),
      baseUrl: readUrl(env, "OPENAI_BASE_URL", ["http:", "https:"], "https://api.openai.com/v1"),
      model: text(env, "OPENAI_MODEL"),
    },
  };
}

/**
 * A variable's value; one that is empty or blank counts as not set.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 */
function text(env, name) {
  return env[name]?.trim() || undefined;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @param {number} fallback
 */
function readPort(env, name, fallback) {
  const value = text(env, name);
  if (value === undefined) return fallback;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65535) {
    throw new UserError(
      `${name} is "${value}", which is no port: give a whole number from 1 to 65535, ${name}=${fallback}`,
    );
  }
  return port;
}

/**
 * The message does not repeat the value: an address may hold a password.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @param {string[]} protocols
 * @param {string} example
 */
function readUrl(env, name, protocols, example) {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !protocols.includes(url.protocol) || url.hostname === "") {
    throw new UserError(`${name} is not an address like ${example}: correct or unset it`);
  }
  return value;
}

/** @param {NodeJS.ProcessEnv} env */
function readSecret(env) {
  const secret = text(env, "BETTER_AUTH_SECRET");
  if (secret !== undefined && secret.length < SECRET_CHARACTERS) {
    throw new UserError(
      `BETTER_AUTH_SECRET has ${secret.length} characters and needs ${SECRET_CHARACTERS} or more: ` +
        "unset it and one is made for you",
    );
  }
  return secret;
}
