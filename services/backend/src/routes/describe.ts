import type { OpenAPIHono } from "@hono/zod-openapi";
import { type ErrorCode, errorBodySchema } from "@todo/contract";
import { z } from "zod";
import type { AppEnv } from "../app-env.ts";
import { statusOf } from "../errors.ts";

/** Who may call a route, as its `security`; `describeApi` tells from it which refusals there are. */
export const access: Record<"open" | "anybody" | "session" | "token" | "sessionOrToken", Record<string, string[]>[]> = {
  open: [],
  /** For those routes of the accounts that work without a session, too. */
  anybody: [{}, { session: [] }],
  session: [{ session: [] }],
  token: [{ token: [] }],
  sessionOrToken: [{ session: [] }, { token: [] }],
};

/** What each code means, for readers of the description. */
const meanings: Record<ErrorCode, string> = {
  invalid_request: "The body is no JSON",
  unauthenticated: "There is no session or token, or it has ended",
  forbidden_origin: "The request comes from a page of another site",
  forbidden_scope: "A token is not good for this",
  not_found: "Unknown, or somebody else's",
  method_not_allowed: "There is no such method here",
  conflict: "Not possible in this state",
  run_active: "An answer is being made in this conversation, or waits for an approval",
  too_many_runs: "Too many answers are being made",
  idempotency_mismatch: "The id was used for another message",
  approval_decided: "It was decided before",
  approval_required: "The user has to approve this first",
  change_limit: "More changes than one answer may make",
  undo_conflict: "A later change would be lost",
  nothing_to_undo: "There is nothing to undo",
  due_not_understood: "The phrase is no date",
  body_too_large: "The body is too large",
  unprocessable: "The input does not fit; `details` says where",
  unsupported_media_type: "The body is not sent as application/json",
  rate_limited: "Too many tries, or too many people at once",
  database_unavailable: "The database can't be reached",
  storage_full: "The database has no room for a change",
  shutting_down: "The server ends",
  internal: "Something went wrong in the server",
};

type Document = ReturnType<OpenAPIHono<AppEnv>["getOpenAPI31Document"]>;
type PathItem = NonNullable<Document["paths"]>[string];
type Operation = NonNullable<PathItem["get"]>;
type Answers = NonNullable<Operation["responses"]>;

const METHODS = ["get", "post", "patch", "delete"] as const;

/**
 * The description of all routes of the app, as OpenAPI 3.1. Refusals that routes have in common are written at no route:
 * they follow from its method, from what it takes and from who may call it, as in the middleware. What a route knows beside
 * that it says in fields that do not get into the document: `x-errors`, the codes of its own refusals; `x-reads-body-itself`,
 * when it refuses its body in a form of its own; `x-without-database`.
 * @param isSecure whether the page is opened over https, on which the cookie's name depends
 */
export function describeApi(app: OpenAPIHono<AppEnv>, version: string, isSecure: boolean): object {
  const { openAPIRegistry: registry } = app;
  registry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: `${isSecure ? "__Host-" : ""}todo.session_token`,
    description: "The cookie that signing in gives: for people",
  });
  registry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
    description: "A token that its user made in the app's settings: for programs. With one, no cookie counts",
  });
  const info = { title: "Todo API", version, description: "A to-do list that people run by talking to it." };
  const document = app.getOpenAPI31Document({ openapi: "3.1.0", info });
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const described = item[method];
      if (described) item[method] = withRefusals(path, method, described);
    }
  }
  const { $schema: _, ...error } = z.toJSONSchema(errorBodySchema);
  return { ...document, components: { ...document.components, schemas: { Error: error } } };
}

function withRefusals(path: string, method: string, described: Operation): Operation {
  const { "x-errors": _, "x-reads-body-itself": __, "x-without-database": ___, ...operation } = described;
  const answers: Answers = { ...operation.responses };
  const codes = new Set(refusalsOf(path, method, described));
  for (const [status, ofStatus] of Map.groupBy(codes, statusOf)) {
    answers[status] = refusal(status, ofStatus, answers[status]);
  }
  return { ...operation, responses: answers };
}

/** The codes of all errors that the route answers with, `internal` aside. */
function refusalsOf(path: string, method: string, described: Operation): ErrorCode[] {
  const { security = [], parameters = [], requestBody } = described;
  const own: readonly ErrorCode[] = described["x-errors"] ?? [];
  const codes: ErrorCode[] = [...own];
  const isChange = method !== "get";
  const takesToken = security.some((way) => "token" in way);
  if (isChange) codes.push("forbidden_origin", "body_too_large", "unsupported_media_type");
  const checksBody = requestBody !== undefined && !described["x-reads-body-itself"];
  if (checksBody) codes.push("invalid_request");
  if (checksBody || parameters.some((each) => "in" in each && each.in === "query")) codes.push("unprocessable");
  if (security.length > 0) codes.push("unauthenticated");
  if (security.length > 0 && !takesToken) codes.push("forbidden_scope");
  if (path.includes("{")) codes.push("not_found");
  if (described["x-without-database"]) return codes;
  codes.push("database_unavailable");
  // That a token was used is written down, too.
  if (isChange || takesToken) codes.push("storage_full");
  return codes;
}

/** The answer with these codes, or, where the route describes another one with the status, either. */
function refusal(status: number, codes: readonly ErrorCode[], own: Answers[string]) {
  const described = codes.map((code) => `\`${code}\`: ${meanings[code]}`);
  const ofCodes = { properties: { error: { properties: { code: { enum: [...codes] } } } } };
  const error = { allOf: [{ $ref: "#/components/schemas/Error" }, ofCodes] };
  const ownSchema = own?.content?.["application/json"]?.schema;
  return {
    description: [...(own ? [own.description] : []), ...described].join(". "),
    ...(RETRIED.has(status) && { headers: { "Retry-After": RETRY_AFTER } }),
    content: { "application/json": { schema: ownSchema ? { anyOf: [error, ownSchema] } : error } },
  };
}

const RETRIED = new Set([429, 503, 507]);
const RETRY_AFTER = {
  description: "Seconds after which to try again",
  schema: { type: "integer" as const, minimum: 1 },
};
