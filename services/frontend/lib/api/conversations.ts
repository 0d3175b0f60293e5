import type { Conversation, ConversationPage, MessagePage, NewMessage } from "@todo/contract";
import { repeated, request, send, withQuery } from "./http.ts";

export type ConversationQuery = { q?: string; cursor?: string | undefined; limit?: number };

export function listConversations(query: ConversationQuery = {}): Promise<ConversationPage> {
  return request("GET", withQuery("/api/conversations", query));
}

export function getConversation(id: string): Promise<Conversation> {
  return request("GET", `/api/conversations/${id}`);
}

export function createConversation(id: string, signal?: AbortSignal): Promise<Conversation> {
  return request("POST", "/api/conversations", { id }, { signal });
}

export function renameConversation(id: string, title: string): Promise<Conversation> {
  return repeated(() => request("PATCH", `/api/conversations/${id}`, { title }));
}

export function deleteConversation(id: string): Promise<void> {
  return repeated(() => request("DELETE", `/api/conversations/${id}`));
}

export function listMessages(id: string, cursor?: string): Promise<MessagePage> {
  return request("GET", withQuery(`/api/conversations/${id}/messages`, { cursor }));
}

/** Sends a message; the answer is the stream of its run. The same id and text again attach to the same run. */
export function postMessage(id: string, message: NewMessage, signal: AbortSignal): Promise<Response> {
  return send("POST", `/api/conversations/${id}/messages`, message, { signal });
}

/** The stream of the run in progress, from its start or after an event; 204 when there is none. */
export function openStream(id: string, lastEventId: string | null, signal: AbortSignal): Promise<Response> {
  return fetch(`/api/conversations/${id}/stream`, {
    headers: lastEventId === null ? {} : { "last-event-id": lastEventId },
    cache: "no-store",
    signal,
  });
}

export function stopRun(id: string): Promise<void> {
  return repeated(() => request("POST", `/api/runs/${id}/stop`, {}));
}

export function retryRun(id: string): Promise<void> {
  return repeated(() => request("POST", `/api/runs/${id}/retry`, {}));
}

export function decideApproval(id: string, decision: "approve" | "reject"): Promise<void> {
  return repeated(() => request("POST", `/api/approvals/${id}`, { decision }));
}
