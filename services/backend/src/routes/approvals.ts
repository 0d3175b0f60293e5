import { createRoute, z } from "@hono/zod-openapi";
import { approvalDecisionSchema, decidedCallSchema, pendingApprovalListSchema, runSchema } from "@todo/contract";
import type { Deps } from "../deps.ts";
import { listWaitingCalls } from "../domain/waiting-calls.ts";
import { decide } from "../operations/perform.ts";
import { access } from "./describe.ts";
import { body, createRouter, idParam, json, parseId } from "./router.ts";

const tags = ["Approvals"];

const list = createRoute({
  method: "get",
  path: "/api/approvals",
  tags,
  security: access.session,
  summary:
    "List the calls of programs that wait for the user, newest first; what an answer waits for is in its message",
  responses: { 200: json("All of them", pendingApprovalListSchema) },
});
const decideOne = createRoute({
  method: "post",
  path: "/api/approvals/{id}",
  tags,
  security: access.session,
  "x-errors": ["approval_decided", "conflict"],
  summary: "Approve or reject what an answer or a program's call waits for",
  request: { params: idParam, body: body(approvalDecisionSchema) },
  responses: {
    200: json("The run that waited, or what was done of the call", z.union([runSchema, decidedCallSchema])),
  },
});

export function approvalRoutes({ worker }: Deps) {
  const router = createRouter();
  router.openapi(list, async (c) => c.json({ items: await c.var.caller.asUser(listWaitingCalls, "read") }, 200));
  router.openapi(decideOne, async (c) => {
    const id = parseId(c.req.valid("param").id, "approval");
    const { decision } = c.req.valid("json");
    for (;;) {
      const decided = await c.var.caller.asUser((ctx) => decide(ctx, id, decision));
      if (decided === "more") continue;
      worker.wake();
      return c.json(decided, 200);
    }
  });
  return router;
}
