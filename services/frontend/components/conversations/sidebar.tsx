"use client";

import Link from "next/link";
import { useEffect, useRef } from "react";
import type { ConversationsStore } from "../../lib/conversations-store.ts";
import { Brand } from "../ui/brand.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { ConversationList } from "./conversation-list.tsx";
import styles from "./sidebar.module.css";

type Props = {
  user: { name: string; email: string };
  store: ConversationsStore;
  currentId: string | null;
  /** On narrow screens only, where it is a drawer. */
  isOpen: boolean;
  onOpen: (id: string | null) => void;
  onClose: () => void;
  onDeleted: (id: string) => void;
};

export function Sidebar({ user, store, currentId, isOpen, onOpen, onClose, onDeleted }: Props) {
  const close = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    close.current?.focus();
    function onKeyDown(event: KeyboardEvent): void {
      if (event.key === "Escape" && !event.defaultPrevented && document.querySelector("dialog[open]") === null)
        onClose();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [isOpen, onClose]);

  return (
    <>
      {isOpen && <div className={styles.backdrop} onPointerDown={onClose} />}
      <nav className={styles.sidebar} aria-label="Conversations" data-open={isOpen || undefined}>
        <div className={styles.head}>
          <Brand />
          <IconButton ref={close} className={styles.close} icon="close" label="Close conversations" onClick={onClose} />
        </div>
        <Button variant="plain" className={styles.new} onClick={() => onOpen(null)}>
          <Icon name="plus" size={18} /> New chat
        </Button>
        <ConversationList store={store} currentId={currentId} onOpen={onOpen} onDeleted={onDeleted} />
        <Link className={styles.user} href="/settings" prefetch={false}>
          <span className={styles.avatar} aria-hidden="true">
            {user.name.trim().charAt(0).toUpperCase() || "?"}
          </span>
          <span className={styles.who}>
            <span className={styles.name}>{user.name}</span>
            <span className={styles.sub}>Settings</span>
          </span>
          <Icon name="settings" size={18} />
        </Link>
      </nav>
    </>
  );
}
