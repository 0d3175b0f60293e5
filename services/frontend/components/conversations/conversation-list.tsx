"use client";

import { useEffect, useState } from "react";
import type { ConversationsStore } from "../../lib/conversations-store.ts";
import { useStore } from "../../lib/store.ts";
import { Button } from "../ui/button.tsx";
import { SearchInput } from "../ui/search-input.tsx";
import { ConversationItem } from "./conversation-item.tsx";
import styles from "./conversation-list.module.css";

type Props = {
  store: ConversationsStore;
  currentId: string | null;
  onOpen: (id: string) => void;
  onDeleted: (id: string) => void;
};

const typingPauseMs = 200;

export function ConversationList({ store, currentId, onOpen, onDeleted }: Props) {
  const { items, found, phase, nextCursor, problem } = useStore(store);
  const [search, setSearch] = useState("");
  const shown = found ?? items;
  const emptyText = found === null ? "No chats yet." : "Nothing found.";

  useEffect(() => {
    const timer = setTimeout(() => void store.search(search), search === "" ? 0 : typingPauseMs);
    return () => clearTimeout(timer);
  }, [store, search]);

  return (
    <div className={styles.area}>
      <SearchInput label="Search conversations" value={search} onChange={setSearch} />
      <div className={styles.scroll}>
        <ul className={styles.list}>
          {shown.map((conversation) => (
            <ConversationItem
              key={conversation.id}
              conversation={conversation}
              isCurrent={conversation.id === currentId}
              store={store}
              onOpen={onOpen}
              onDeleted={onDeleted}
            />
          ))}
        </ul>
        {found === null && nextCursor !== null && (
          <Button variant="quiet" small onClick={() => void store.loadMore()}>
            Show more
          </Button>
        )}
        <p className={styles.note} role="status">
          {problem ?? (phase === "ready" && shown.length === 0 && emptyText)}
        </p>
      </div>
    </div>
  );
}
