"use client";

import type { Conversation } from "@todo/contract";
import { limits } from "@todo/contract/limits";
import { type MouseEvent, useState } from "react";
import { deleteConversation, renameConversation } from "../../lib/api/conversations.ts";
import type { ConversationsStore } from "../../lib/conversations-store.ts";
import { IconButton } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { InlineEdit } from "../ui/inline-edit.tsx";
import styles from "./conversation-list.module.css";

type Props = {
  conversation: Conversation;
  isCurrent: boolean;
  store: ConversationsStore;
  onOpen: (id: string) => void;
  onDeleted: (id: string) => void;
};

export function ConversationItem({ conversation, isCurrent, store, onOpen, onDeleted }: Props) {
  const [mode, setMode] = useState<"show" | "rename" | "delete">("show");
  const { id, title, run } = conversation;
  const status = run?.status;

  function follow(event: MouseEvent): void {
    // A new tab or window is the browser's to open.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(id);
  }

  async function remove(): Promise<void> {
    setMode("show");
    if (await store.change(() => deleteConversation(id))) onDeleted(id);
  }

  if (mode === "rename") {
    return (
      <li className={styles.item}>
        <InlineEdit
          label={`New title of ${title}`}
          value={title}
          maxLength={limits.conversationTitleCharacters}
          onCancel={() => setMode("show")}
          onSave={(next) => {
            setMode("show");
            void store.change(() => renameConversation(id, next));
          }}
        />
      </li>
    );
  }
  return (
    <li className={styles.item} data-current={isCurrent || undefined}>
      <a className={styles.link} href={`/chat/${id}`} aria-current={isCurrent ? "page" : undefined} onClick={follow}>
        <span className={styles.title}>{title}</span>
        {(status === "queued" || status === "running") && <Dot className={styles.running} label="answering" />}
        {status === "waiting" && <Dot className={styles.waiting} label="waits for you" />}
      </a>
      <span className={styles.actions}>
        <IconButton icon="pencil" label={`Rename ${title}`} size={16} onClick={() => setMode("rename")} />
        <IconButton icon="trash" label={`Delete ${title}`} size={16} onClick={() => setMode("delete")} />
      </span>
      {mode === "delete" && (
        <ConfirmDialog
          title="Delete this chat?"
          text={`"${title}" and its messages will be gone for good. Your tasks stay as they are.`}
          confirm="Delete chat"
          onConfirm={() => void remove()}
          onCancel={() => setMode("show")}
        />
      )}
    </li>
  );
}

function Dot({ className, label }: { className: string | undefined; label: string }) {
  return (
    <span className={className}>
      <span className="visually-hidden">, {label}</span>
    </span>
  );
}
