import { randomId } from "../random-id.ts";
import { type ChatSession, type ChatSessionOptions, createChatSession } from "./session.ts";

export type SessionRegistry = {
  /** The session of a conversation; without an id, that of one which its first message will make. */
  sessionFor: (conversationId: string | null) => ChatSession;
  forget: (conversationId: string) => void;
};

/** The conversations that this tab has looked at, so that going back to one shows it at once. */
export function createSessionRegistry(
  hooks: Pick<ChatSessionOptions, "onActivity"> & { onCreated: (id: string) => void },
): SessionRegistry {
  const sessions = new Map<string, ChatSession>();
  let fresh: ChatSession | null = null;

  function create(id: string, isNew: boolean): ChatSession {
    const session = createChatSession({ ...hooks, id, isNew, onCreated: () => hooks.onCreated(id) });
    sessions.set(id, session);
    return session;
  }

  return {
    sessionFor(id) {
      if (id === null) {
        fresh ??= create(randomId(), true);
        return fresh;
      }
      // It has its address now; the next new conversation is another one.
      if (id === fresh?.id) fresh = null;
      return sessions.get(id) ?? create(id, false);
    },
    forget(id) {
      sessions.get(id)?.deactivate();
      sessions.delete(id);
    },
  };
}
