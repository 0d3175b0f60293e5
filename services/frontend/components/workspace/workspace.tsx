"use client";

import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useStore } from "../../lib/store.ts";
import { openConversation, useWorkspace } from "../../lib/use-workspace.ts";
import { ChatPanel } from "../chat/chat-panel.tsx";
import { Sidebar } from "../conversations/sidebar.tsx";
import { TaskPanel } from "../tasks/task-panel.tsx";
import { IconButton } from "../ui/button.tsx";
import { ToastRegion } from "../ui/toast-region.tsx";
import { PanelSwitch } from "./panel-switch.tsx";
import styles from "./workspace.module.css";

export type Panel = "chat" | "tasks";

/** The chat page: conversations, the chat, the tasks. On a phone one of the last two at a time, the first in a drawer. */
export function Workspace({ user }: { user: { id: string; name: string; email: string } }) {
  const { tasks, waiting, conversations, registry, session, conversation, conversationId, connected } = useWorkspace(
    user.id,
  );
  const [panel, setPanel] = useState<Panel>("chat");
  const [drawer, setDrawer] = useState(false);
  const menu = useRef<HTMLButtonElement>(null);
  const { openCount } = useStore(tasks);
  const { items: asked } = useStore(waiting);
  const title = conversation?.title ?? (conversationId === null ? "New chat" : "Chat");

  function closeDrawer(): void {
    // The button takes no focus for as long as the page behind the drawer is inert.
    flushSync(() => setDrawer(false));
    menu.current?.focus();
  }

  function open(id: string | null): void {
    openConversation(id);
    setDrawer(false);
    setPanel("chat");
  }

  return (
    <div className={styles.shell}>
      <title>{`${title} · Todo`}</title>
      <a className="skip-link" href="#main">
        Skip to the chat
      </a>
      <Sidebar
        user={user}
        store={conversations}
        currentId={conversationId}
        isOpen={drawer}
        onOpen={open}
        onClose={closeDrawer}
        onDeleted={(id) => {
          registry.forget(id);
          if (id === conversationId) open(null);
        }}
      />
      <main id="main" tabIndex={-1} className={styles.main} inert={drawer}>
        <header className={styles.bar}>
          <IconButton
            ref={menu}
            className={styles.menu}
            icon="menu"
            label="Conversations"
            aria-expanded={drawer}
            onClick={() => setDrawer(true)}
          />
          <h1 className={styles.title}>{title}</h1>
          <PanelSwitch panel={panel} openCount={openCount} asked={asked.length} onChange={setPanel} />
        </header>
        <div className={styles.panels} data-panel={panel}>
          <ChatPanel key={session.id} session={session} connected={connected} userName={user.name} />
          <TaskPanel store={tasks} waiting={waiting} />
        </div>
      </main>
      <ToastRegion />
    </div>
  );
}
