import { createRoute, z } from "@hono/zod-openapi";
import type { ChangeEvent } from "@todo/contract";
import { listVersions } from "../db/queries/user-states.ts";
import type { Deps } from "../deps.ts";
import { eventStream } from "./event-stream.ts";
import { commonErrors, createRouter } from "./router.ts";

const events = createRoute({
  method: "get",
  path: "/api/events",
  tags: ["Events"],
  summary: "Hear of changes to the user's tasks and conversations, from whichever tab, answer or replica they come",
  responses: {
    200: {
      description: "Events named `change`; the first one, at once, says to look at everything",
      content: { "text/event-stream": { schema: z.string() } },
    },
    ...commonErrors,
  },
});

export function eventRoutes(deps: Deps) {
  const router = createRouter();
  router.openapi(events, async (c) => {
    const { userId } = c.var;
    return eventStream(c, deps, async (send, signal) => {
      const tell = (change: ChangeEvent) => send({ event: "change", data: JSON.stringify(change) });
      let wake = () => {};
      let changed = false;
      const stopWatching = deps.hub.watchUser(userId, () => {
        changed = true;
        wake();
      });
      signal.addEventListener("abort", () => wake());
      try {
        let [seen] = await listVersions(deps.db, [userId]);
        tell({ tasks: true, conversations: true });
        while (!signal.aborted) {
          if (changed) {
            changed = false;
            const [now] = await listVersions(deps.db, [userId]);
            const tasks = (now?.tasksVersion ?? 0) !== (seen?.tasksVersion ?? 0);
            const conversations = (now?.conversationsVersion ?? 0) !== (seen?.conversationsVersion ?? 0);
            seen = now;
            if (tasks || conversations) tell({ tasks, conversations });
            continue;
          }
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (signal.aborted || changed) resolve();
          });
        }
      } finally {
        stopWatching();
      }
    });
  });
  return router;
}
