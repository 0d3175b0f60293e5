"use client";

import type { ChangeEvent } from "@todo/contract";
import { usePathname } from "next/navigation";
import { useEffect, useEffectEvent, useState } from "react";
import { getSession } from "./api/auth.ts";
import { listenForChanges } from "./change-events.ts";
import { createSessionRegistry } from "./chat/session-registry.ts";
import { createConversationsStore } from "./conversations-store.ts";
import { useStore } from "./store.ts";
import { createTasksStore } from "./tasks-store.ts";
import { createWaitingCallsStore } from "./waiting-calls.ts";

/** Opens a conversation, or a new one, without leaving the page. */
export function openConversation(id: string | null): void {
  window.history.pushState(null, "", id === null ? "/chat" : `/chat/${id}`);
}

/** All that the chat page holds: the tasks, the conversations, and the one that its address names. */
export function useWorkspace(userId: string) {
  const [tasks] = useState(createTasksStore);
  const [waiting] = useState(() => createWaitingCallsStore(tasks.refresh));
  const [conversations] = useState(createConversationsStore);
  const [registry] = useState(() =>
    createSessionRegistry({
      onActivity: () => void conversations.refresh(),
      // Only where one still waits for it: who has gone elsewhere meanwhile stays there.
      onCreated: (id) => location.pathname === "/chat" && openConversation(id),
    }),
  );
  const [connected, setConnected] = useState(true);

  const conversationId = usePathname().split("/")[2] ?? null;
  const session = registry.sessionFor(conversationId);
  const list = useStore(conversations);
  const conversation = list.items.find((item) => item.id === session.id);

  const onChange = useEffectEvent((change: ChangeEvent) => {
    const { changed, undone } = change;
    if (change.tasks) {
      void (changed === undefined ? tasks.refresh() : tasks.apply(changed));
      // A call that begins to wait is no change of a task, so none that is carried.
      if (changed === undefined || waiting.get().items.length > 0) void waiting.refresh();
      if (conversationId !== null && undone !== false) void session.undos.refresh();
    }
    if (change.conversations) void conversations.refresh();
  });

  useEffect(() => {
    void tasks.refresh();
    void waiting.refresh();
    void conversations.refresh();
    return listenForChanges({ onConnected: setConnected, onChange: (change) => onChange(change) });
  }, [tasks, waiting, conversations]);

  useEffect(() => {
    session.activate();
    return session.deactivate;
  }, [session]);

  useEffect(() => {
    if (conversationId === session.id) void session.undos.refresh();
  }, [session, conversationId]);

  // The list tells of answers that other tabs have asked for.
  const run = conversation?.run ?? null;
  useEffect(() => {
    if (run !== null) session.sync(run);
  }, [session, run]);

  useEffect(() => {
    function check(): void {
      if (document.hidden) return;
      getSession()
        .then((found) => {
          // Another tab has signed out, or in as someone else: nothing here is theirs.
          if (found?.user.id !== userId) location.reload();
        })
        .catch(() => {});
    }
    check();
    document.addEventListener("visibilitychange", check);
    return () => document.removeEventListener("visibilitychange", check);
  }, [userId]);

  return { tasks, waiting, conversations, registry, session, conversation, conversationId, connected };
}
