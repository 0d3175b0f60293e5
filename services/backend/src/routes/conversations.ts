import { createRoute } from "@hono/zod-openapi";
import {
  conversationFilterSchema,
  conversationPageSchema,
  conversationPatchSchema,
  conversationSchema,
  messageFilterSchema,
  messagePageSchema,
  newConversationSchema,
} from "@todo/contract";
import * as conversations from "../domain/conversations.ts";
import { access } from "./describe.ts";
import { body, createRouter, idParam, json, parseId } from "./router.ts";

const path = "/api/conversations";
const onePath = "/api/conversations/{id}";
const tags = ["Conversations"];
const one = { 200: json("The conversation", conversationSchema) };

const list = createRoute({
  method: "get",
  path,
  tags,
  security: access.session,
  summary: "List or search the user's conversations, the newest change first",
  request: { query: conversationFilterSchema },
  responses: { 200: json("One page", conversationPageSchema) },
});
const add = createRoute({
  method: "post",
  path,
  tags,
  security: access.session,
  "x-errors": ["conflict"],
  summary: "Begin a conversation; the same id again gives the same one",
  request: { body: body(newConversationSchema) },
  responses: { 201: json("The conversation", conversationSchema) },
});
const get = createRoute({
  method: "get",
  path: onePath,
  tags,
  security: access.session,
  summary: "Get a conversation",
  request: { params: idParam },
  responses: one,
});
const rename = createRoute({
  method: "patch",
  path: onePath,
  tags,
  security: access.session,
  summary: "Rename a conversation",
  request: { params: idParam, body: body(conversationPatchSchema) },
  responses: one,
});
const remove = createRoute({
  method: "delete",
  path: onePath,
  tags,
  security: access.session,
  summary: "Delete a conversation for good; its tasks stay",
  request: { params: idParam },
  responses: { 204: { description: "Deleted" } },
});
const listMessages = createRoute({
  method: "get",
  path: "/api/conversations/{id}/messages",
  tags,
  security: access.session,
  summary: "List a conversation's messages, newest first",
  request: { params: idParam, query: messageFilterSchema },
  responses: { 200: json("One page", messagePageSchema) },
});

export function conversationRoutes() {
  const router = createRouter();
  router.openapi(list, async (c) =>
    c.json(await c.var.caller.asUser((ctx) => conversations.listConversations(ctx, c.req.valid("query")), "read"), 200),
  );
  router.openapi(add, async (c) =>
    c.json(await c.var.caller.asUser((ctx) => conversations.addConversation(ctx, c.req.valid("json"))), 201),
  );
  router.openapi(get, async (c) => {
    const id = parseId(c.req.valid("param").id, "conversation");
    return c.json(await c.var.caller.asUser((ctx) => conversations.getConversation(ctx, id), "read"), 200);
  });
  router.openapi(rename, async (c) => {
    const id = parseId(c.req.valid("param").id, "conversation");
    const { title } = c.req.valid("json");
    return c.json(await c.var.caller.asUser((ctx) => conversations.renameConversation(ctx, id, title)), 200);
  });
  router.openapi(remove, async (c) => {
    const id = parseId(c.req.valid("param").id, "conversation");
    while (!(await c.var.caller.asUser((ctx) => conversations.deleteConversation(ctx, id))));
    return c.body(null, 204);
  });
  router.openapi(listMessages, async (c) => {
    const id = parseId(c.req.valid("param").id, "conversation");
    const page = await c.var.caller.asUser((ctx) => conversations.listMessages(ctx, id, c.req.valid("query")), "read");
    return c.json(page, 200);
  });
  return router;
}
