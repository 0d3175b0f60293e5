import { randomUUID } from "node:crypto";
import { verifyClientAddress } from "@todo/contract/client-address";
import type { Logger } from "pino";
import type { AnswerLimits } from "./agent/answer-meter.ts";
import { type AssistantModel, createModel } from "./agent/model.ts";
import type { Auth } from "./auth.ts";
import { Availability } from "./db/availability.ts";
import { createDatabase, type Db } from "./db/database.ts";
import { assertReady } from "./db/readiness.ts";
import { placeOf } from "./db/unavailable.ts";
import { Devices } from "./devices.ts";
import { leave } from "./domain/accounts.ts";
import { type AsUser, asUser } from "./domain/context.ts";
import { validSessions } from "./domain/sessions.ts";
import { reserveTokens } from "./domain/token-budget.ts";
import { type Env, migrationUrl, version } from "./env.ts";
import { logFailure } from "./errors.ts";
import { createLogger } from "./logger.ts";
import { Metrics } from "./metrics.ts";
import type { Answerer } from "./runs/answerer.ts";
import { Hub } from "./runs/hub.ts";
import { LogWriter } from "./runs/log-writer.ts";
import { OpenStreams } from "./runs/open-streams.ts";
import { Worker } from "./runs/worker.ts";
import { SessionReader } from "./session-reader.ts";

/** Everything that the routes and jobs work with. Made once; tests override the clock, the model or the log. */
export type Deps = {
  db: Db;
  log: Logger;
  clock: () => Date;
  version: string;
  model: AssistantModel;
  metrics: Metrics;
  hub: Hub;
  /** Writes what answers say, for all runs together. */
  logWriter: LogWriter;
  worker: Worker;
  /** The agent; like the accounts it is loaded at its first use. */
  answerer: () => Promise<Answerer>;
  auth: () => Promise<Auth>;
  /** Whose session a request with cookies belongs to. */
  sessions: Pick<SessionReader, "read" | "claim" | "forget">;
  devices: Devices;
  /** The address in the header that the frontend signs; undefined for a value that is forged or stale. */
  verifyAddress: (signed: string) => string | undefined;
  trustedOrigins: readonly string[];
  /** Whether people open the page over https, on which the names of cookies depend. */
  isSecure: boolean;
  streams: OpenStreams;
  /** Set while the process ends: streams tell their readers to come again. */
  shutdown: AbortSignal;
  /** Answers when requests can be served; throws what is in the way. */
  assertReady: () => Promise<void>;
  /** Brings the database to the schema of this version; gives the names of what was applied. */
  migrate: () => Promise<string[]>;
  asUser: AsUser;
};

export type Overrides = Partial<Pick<Deps, "log" | "clock" | "model">> & {
  /** How often an open stream sends a sign of life and its session is asked for. */
  heartbeatMs?: number;
  maxConnections?: number;
  /** What one answer of a model may hold at most. */
  answerLimits?: AnswerLimits;
  /** How long one run is worked on at most. */
  runSeconds?: number;
};

const HEARTBEAT_MS = 10_000;

export function createDeps(env: Env, shutdown: AbortSignal, overrides: Overrides = {}): Deps {
  const log = overrides.log ?? createLogger(env.LOG_LEVEL);
  const db = createDatabase({
    url: env.DATABASE_URL,
    maxConnections: overrides.maxConnections ?? 20,
    // Idle ones break when poolers tidy up; that the database itself is away shows with the next query.
    onError: (error) => log.debug({ err: error }, "an idle database connection broke"),
    availability: new Availability(log, placeOf(env.DATABASE_URL)),
  });
  const clock = overrides.clock ?? (() => new Date());
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: name } = env;
  const model = overrides.model ?? createModel({ apiKey, baseUrl, name });
  const metrics = new Metrics();
  const hub = new Hub(db, log);
  const logWriter = new LogWriter(db);
  const work = { db, clock, log, onChange: (userId: string) => hub.publishUserChange(userId) };
  const { ANSWER_MAX_BYTES: bytes, ANSWER_MAX_TOKENS: tokens, ANSWER_MAX_CHUNKS: chunks } = env;
  const answerLimits = overrides.answerLimits ?? { bytes, tokens, chunks };
  const answerer = once(async () => (await import("./agent/answer.ts")).createAnswerer(answererOptions));
  const ceilings = { user: env.DAILY_USER_TOKENS, all: env.DAILY_TOKENS };
  const answererOptions = {
    model,
    answerLimits,
    reserve: model.costs
      ? (userId: string, amounts: readonly number[]) => reserveTokens(db, ceilings, userId, amounts)
      : undefined,
    isOn: env.ASSISTANT === "on",
    onError: (error: unknown) => logFailure(log, error, "could not count the tokens that an answer has used"),
  };
  const onOutcome = (outcome: string) => metrics.runs.inc({ outcome });
  const trustedOrigins = originsOf(env.BETTER_AUTH_URL);
  const { BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: url } = env;
  const become: AsUser = (who, job, purpose) => asUser(work, who, job, purpose);
  const auth = once(async () => {
    const leaveFor = (userId: string) => leave({ db, clock, asUser: become }, userId);
    return (await import("./auth.ts")).createAuth({ db, secret, url, trustedOrigins, leave: leaveFor });
  });
  return {
    db,
    log,
    clock,
    version,
    model,
    metrics,
    hub,
    logWriter,
    worker: new Worker({ ...work, hub, logWriter, answerer, onOutcome }, randomUUID(), overrides.runSeconds),
    answerer,
    auth,
    sessions: new SessionReader(db, auth),
    devices: new Devices(secret, url),
    verifyAddress: (signed) => verifyClientAddress(secret, signed, clock()),
    trustedOrigins,
    isSecure: url.startsWith("https:"),
    streams: new OpenStreams({
      validSessions: (tokens) => validSessions(db, tokens),
      heartbeatMs: overrides.heartbeatMs ?? HEARTBEAT_MS,
      onError: (error) => logFailure(log, error, "could not check the sessions of streams"),
    }),
    shutdown,
    assertReady: () => assertReady(db),
    migrate: async () => (await import("./db/migrate.ts")).migrateToLatest(migrationUrl(env)),
    asUser: become,
  };
}

/** Makes something at its first use. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The origin of the page; on this machine under each of its names. */
function originsOf(url: string): string[] {
  const { origin, hostname } = new URL(url);
  const loopback = ["localhost", "127.0.0.1", "[::1]"];
  if (!loopback.includes(hostname)) return [origin];
  return loopback.map((name) => origin.replace(hostname, name));
}
