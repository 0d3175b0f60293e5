"use client";

import { useEffect } from "react";
import type { ChatSession } from "../../lib/chat/session.ts";
import { rowsOf } from "../../lib/chat/state.ts";
import { useStore } from "../../lib/store.ts";
import { useAnnouncement } from "../../lib/use-announcement.ts";
import styles from "./chat-panel.module.css";
import { Composer } from "./composer.tsx";
import { EmptyChat } from "./empty-chat.tsx";
import { MessageLog } from "./message-log.tsx";
import { StatusLine } from "./status-line.tsx";

type Props = { session: ChatSession; connected: boolean; userName: string };

export function ChatPanel({ session, connected, userName }: Props) {
  const state = useStore(session.store);
  const { said } = useStore(session.undos);
  const rows = rowsOf(state);
  const isBusy = state.activity !== "idle";
  const announcement = useAnnouncement(rows);
  const waits = !isBusy && rows.at(-1)?.status === "waiting";

  useEffect(() => {
    if (!isBusy) return;
    function onKeyDown(event: KeyboardEvent): void {
      const elsewhere = event.defaultPrevented || document.querySelector("dialog[open]") !== null;
      if (event.key === "Escape" && !elsewhere) void session.stop();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [session, isBusy]);

  return (
    <section className={styles.panel} aria-label="Chat">
      {state.phase === "ready" && rows.length === 0 && !isBusy ? (
        <EmptyChat userName={userName} onPick={(text) => void session.send(text)} />
      ) : (
        <MessageLog session={session} state={state} rows={rows} />
      )}
      <div className={styles.foot}>
        <StatusLine state={state} connected={connected} waits={waits} />
        {state.phase !== "missing" && <Composer session={session} state={state} />}
      </div>
      <p className="visually-hidden" role="status" aria-live="polite">
        {said}
      </p>
      <p className="visually-hidden" role="status" aria-live="polite">
        {announcement}
      </p>
    </section>
  );
}
