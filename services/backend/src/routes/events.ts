import { createRoute, z } from "@hono/zod-openapi";
import type { ChangeEvent } from "@todo/contract";
import type { Deps } from "../deps.ts";
import { streamChanges } from "../runs/stream-changes.ts";
import { access } from "./describe.ts";
import { eventStream, eventsOf, type Send } from "./event-stream.ts";
import { createRouter } from "./router.ts";

const events = createRoute({
  method: "get",
  path: "/api/events",
  tags: ["Events"],
  security: access.session,
  summary: "Hear of changes to the user's tasks and conversations, from whichever tab, answer or replica they come",
  responses: {
    200: eventsOf(
      "Events named `change`; the first one, at once, says to look at everything. `reconnect`: come again at once. `closed`: " +
        "too many are open, come again when somebody looks",
      z
        .string()
        .describe("In a `change`: which of the two lists, `tasks` and `conversations`, to look at again, as JSON"),
    ),
  },
});

export function eventRoutes(deps: Deps) {
  const router = createRouter();
  router.openapi(events, async (c) => {
    const userId = await c.var.caller.userId();
    return eventStream(c, deps, `changes ${userId}`, tellChanges(deps, userId));
  });
  return router;
}

/** Apart from the handler, whose request it would otherwise hold for as long as the stream is open. */
function tellChanges(deps: Deps, userId: string) {
  return (send: Send, signal: AbortSignal) => {
    const tell = (change: ChangeEvent) => send({ event: "change", data: JSON.stringify(change) });
    return streamChanges(deps, userId, tell, signal);
  };
}
