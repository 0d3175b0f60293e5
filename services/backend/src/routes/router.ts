import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";
import type { AppEnv } from "../app-env.ts";
import { AppError, notFound } from "../domain/app-error.ts";

/** A router whose inputs are checked by the contract's schemas; what does not fit is 422 with the reasons. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) => {
      // The library takes a body that is not there for an empty object.
      if (result.target === "json" && c.req.header("content-type") === undefined) {
        throw new AppError("invalid_request", "A body is needed, sent as application/json.");
      }
      if (!result.success) refuse(result.error);
    },
  });
}

/** Refuses an input that does not fit. @throws AppError `unprocessable`, with the reasons */
export function refuse({ issues }: Pick<z.core.$ZodError, "issues">): never {
  const details = issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  const first = details[0];
  const where = first?.path ? `${first.path}: ` : "";
  throw new AppError("unprocessable", `${where}${first?.message ?? "The input does not fit."}`, { details });
}

/**
 * The request's body, for routes that are not served by `openapi`.
 * @throws AppError `invalid_request` when it is no JSON, `unprocessable` when it does not fit
 */
export async function readBody<B extends z.ZodType>(c: HonoContext<AppEnv>, schema: B): Promise<z.infer<B>> {
  const sent: unknown = await c.req.json().catch((error: unknown) => {
    throw error instanceof SyntaxError ? new AppError("invalid_request", "The body is no valid JSON.") : error;
  });
  const parsed = schema.safeParse(sent);
  if (!parsed.success) refuse(parsed.error);
  return parsed.data;
}

/** A response of the description, with a JSON body. */
export function json<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { "application/json": { schema } } };
}

/** A request body that must be there. */
export function body<T extends z.ZodType>(schema: T) {
  return { required: true, content: { "application/json": { schema } } };
}

export const idParam = z.object({ id: z.string().openapi({ format: "uuid" }) });

/** The id of a path. One that can't be an id is answered like an unknown one. @throws AppError `not_found` */
export function parseId(id: string, noun: Parameters<typeof notFound>[0]): string {
  const parsed = z.uuid().safeParse(id);
  if (!parsed.success) throw notFound(noun);
  return parsed.data.toLowerCase();
}
