import { createRoute } from "@hono/zod-openapi";
import { approvalRequestedSchema } from "@todo/contract";
import type { Context as HonoContext } from "hono";
import { z } from "zod";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../domain/app-error.ts";
import { sessionOrToken } from "../middleware/caller.ts";
import { operations } from "../operations/index.ts";
import type { Operation } from "../operations/operation.ts";
import { inSteps, perform } from "../operations/perform.ts";
import type { RestRoute } from "../operations/rest-route.ts";
import { access } from "./describe.ts";
import { body, createRouter, idParam, json, parseId, refuse } from "./router.ts";

/** The operations as REST routes, with their descriptions. */
export function operationRoutes(deps: Deps) {
  const router = createRouter();
  for (const operation of operations) {
    for (const rest of operation.rest) {
      router.openAPIRegistry.registerPath(describe(operation, rest));
      const path = `/api${rest.path.replace("{id}", ":id")}`;
      router.on(rest.method.toUpperCase(), path, sessionOrToken(deps, operation.scope), (c) =>
        answer(c, operation, rest),
      );
    }
  }
  return router;
}

const waitingAnswer = {
  202: json("Not done yet: it waits in the app for the user's approval", approvalRequestedSchema),
};

const callersZone = z.object({
  "x-time-zone": z
    .string()
    .optional()
    .describe(
      "The IANA zone in which words such as “tomorrow” are meant; of a call with a token, the token's own counts",
    ),
});

function describe(
  { name, approval, scope, description }: Operation,
  { method, path, summary, takes, errors = [], answer: { status, ...answer } }: RestRoute<unknown>,
) {
  const query = method === "get" && takes instanceof z.ZodObject ? takes : undefined;
  return createRoute({
    method,
    path: `/api${path}`,
    tags: ["Tasks"],
    summary,
    description,
    security: access.sessionOrToken,
    "x-errors": scope === "write" ? [...errors, "forbidden_scope"] : errors,
    request: {
      headers: callersZone,
      ...(path.includes("{id}") && { params: idParam }),
      ...(query && { query }),
      ...(method !== "get" && takes && { body: body(takes) }),
    },
    // Who reads the description by machine finds the tool of the same name.
    "x-operation": name,
    responses: {
      [status]: json(answer.description, answer.schema),
      ...(approval && waitingAnswer),
    },
  });
}

async function answer(c: HonoContext<AppEnv>, operation: Operation, rest: RestRoute<unknown>) {
  const id = rest.path.includes("{id}") ? parseId(c.req.param("id") ?? "", "task") : "";
  const read = rest.read(await takenBy(c, rest), id);
  if (!read.success) refuse(read.error);
  const { caller, requestId, bearer, zone } = c.var;
  const call = { runId: null, callId: requestId, operation: operation.name, tokenId: bearer?.tokenId ?? null };
  let askedAt: Date | undefined;
  const answered = await inSteps(read.data, (input, sum) =>
    caller.asUser(
      async (ctx) => {
        askedAt ??= ctx.now;
        const context = { ...ctx, call, askedAt, zone };
        const { output, waits } = await perform(context, operation, input);
        return waits ?? { body: await rest.toBody(context, sum(output), id) };
      },
      operation.kind === "read" ? "read" : "change",
    ),
  );
  return "approval" in answered ? c.json(answered, 202) : c.json(answered.body, rest.answer.status);
}

/** What a route reads of a request, unchecked. */
async function takenBy(c: HonoContext<AppEnv>, { method, takes }: RestRoute<unknown>): Promise<unknown> {
  if (takes === undefined) return undefined;
  if (method !== "get") {
    return c.req.json().catch((cause: unknown) => {
      throw new AppError("invalid_request", "The body is no valid JSON.", { cause });
    });
  }
  const named = Object.entries(c.req.queries());
  return Object.fromEntries(named.map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}
