import path from "node:path";
import { UserError } from "./user-error.mjs";

/** What the user set, checked. @typedef {ReturnType<typeof readSettings>} Settings */

/** As in the contract, which is no plain JavaScript; a test compares. */
export const SECRET_CHARACTERS = 32;
const WEB = ["http:", "https:"];

/**
 * Reads what the user set. The first value that can't be right ends it with one line.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder what a relative DATA_DIR starts from
 */
export function readSettings(env, folder) {
  /** One that is empty or blank counts as not set. @param {string} name */
  const text = (name) => env[name]?.trim() || undefined;

  /** @type {(name: string, fallback: number) => number} */
  const port = (name, fallback) => {
    const value = text(name) ?? String(fallback);
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= 1 && number <= 65535) return number;
    const advice = `give a whole number from 1 to 65535, ${name}=${fallback}`;
    throw new UserError(`${name} is "${value}", which is no port: ${advice}`);
  };

  /** Its message does not repeat the value, which may hold a password. @type {(name: string, protocols: string[], example: string) => string | undefined} */
  const address = (name, protocols, example) => {
    const value = text(name);
    const url = value !== undefined && URL.canParse(value) ? new URL(value) : undefined;
    if (value === undefined || (url && protocols.includes(url.protocol) && url.hostname !== "")) return value;
    throw new UserError(`${name} is not an address like ${example}: correct or unset it`);
  };

  const pagePort = port("PORT", 3000);
  const backendPort = port("BACKEND_PORT", 8000);
  if (pagePort === backendPort) {
    throw new UserError(`PORT and BACKEND_PORT are both ${pagePort}: give them two different ports`);
  }
  const authSecret = text("BETTER_AUTH_SECRET");
  if (authSecret !== undefined && authSecret.length < SECRET_CHARACTERS) {
    const found = `has ${authSecret.length} characters and needs ${SECRET_CHARACTERS} or more`;
    throw new UserError(`BETTER_AUTH_SECRET ${found}: unset it and one is made for you`);
  }
  return {
    port: pagePort,
    backendPort,
    /** Absolute. */
    dataDir: path.resolve(folder, text("DATA_DIR") ?? ".data"),
    /** A PostgreSQL to use instead of the built-in one. */
    databaseUrl: address("DATABASE_URL", ["postgres:", "postgresql:"], "postgres://user:password@host:5432/name"),
    authSecret,
    /** What the browser opens. */
    authUrl: address("BETTER_AUTH_URL", WEB, "http://localhost:3000") ?? `http://localhost:${pagePort}`,
    openai: {
      apiKey: text("OPENAI_API_KEY"),
      baseUrl: address("OPENAI_BASE_URL", WEB, "https://api.openai.com/v1"),
      model: text("OPENAI_MODEL"),
    },
  };
}
