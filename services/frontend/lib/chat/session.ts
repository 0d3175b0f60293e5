import type { Run } from "@todo/contract";
import { emptyAnswer, foldChunk } from "@todo/contract/message";
import { ApiError, isTransient, messageOf } from "../api/api-error.ts";
import * as api from "../api/conversations.ts";
import { rejected } from "../api/http.ts";
import { randomId } from "../random-id.ts";
import { createStore, type Store } from "../store.ts";
import { withRetry } from "../stream/backoff.ts";
import { type FollowOptions, followRun } from "../stream/follow-run.ts";
import { type Draft, emptyDraft, readDraft, writeDraft } from "./drafts.ts";
import { createFrameQueue } from "./frame-queue.ts";
import { activeRunOf, type ChatState, mergeNewest, stepFor } from "./state.ts";
import { createUndoStore, type UndoStore } from "./undos.ts";

export type ChatSession = {
  id: string;
  store: Store<ChatState>;
  /** What of its changes is undone. */
  undos: UndoStore;
  /** Shown now: load, and follow what is being answered. */
  activate: () => void;
  /** Not shown any more: let go of the stream. A message that is on its way is still sent. */
  deactivate: () => void;
  setDraft: (text: string) => void;
  send: (text: string) => Promise<void>;
  stop: () => Promise<void>;
  retry: (runId: string) => Promise<void>;
  decide: (approvalId: string, decision: "approve" | "reject") => Promise<void>;
  loadOlder: () => Promise<void>;
  /** The conversation's newest run, as the list tells it. */
  sync: (run: Run | null) => void;
};

export type ChatSessionOptions = {
  id: string;
  /** The conversation does not exist yet: the first message makes it. */
  isNew: boolean;
  onCreated?: () => void;
  /** Something was accepted or ended: the list of conversations is out of date. */
  onActivity?: () => void;
};

/** One conversation as the browser knows it: what is stored, what is on its way, and the answer that is arriving. */
export function createChatSession(options: ChatSessionOptions): ChatSession {
  const { id } = options;
  let exists = !options.isNew;
  let draftKey = options.isNew ? "new" : id;
  let active = false;
  /** Following a run, sending a message whose run will be followed, or only looking whether there is one to follow. */
  let current: { abort: AbortController; accepted: boolean; looking: boolean } | null = null;

  const store = createStore<ChatState>({
    phase: options.isNew ? "ready" : "loading",
    messages: [],
    olderCursor: null,
    pending: null,
    answer: null,
    activity: "idle",
    reconnecting: false,
    stopping: false,
    problem: null,
    draft: emptyDraft,
  });
  const frames = createFrameQueue(store);

  function keepDraft(draft: Draft): void {
    writeDraft(draftKey, draft);
    store.set({ draft });
  }

  function readNewest(signal: AbortSignal) {
    return withRetry(() => api.listMessages(id), {
      signal,
      isTransient,
      onFailure: () => store.set({ reconnecting: true }),
    });
  }

  /** The stored messages, read while an answer is on its way beside them. */
  async function readHistory(signal: AbortSignal): Promise<void> {
    const page = await readNewest(signal);
    store.set({
      phase: "ready",
      messages: mergeNewest(store.get().messages, page.items),
      olderCursor: page.nextCursor,
    });
  }

  /** Puts the stored messages in the place of what was put together here. */
  async function refresh(signal: AbortSignal): Promise<void> {
    const page = await readNewest(signal);
    const { messages, phase, olderCursor } = store.get();
    frames.clear();
    store.set({
      phase: "ready",
      messages: mergeNewest(messages, page.items),
      olderCursor: phase === "ready" && messages.length > page.items.length ? olderCursor : page.nextCursor,
      pending: null,
      answer: null,
      reconnecting: false,
    });
  }

  /** Follows a run to its end. `connect` says how the first connection is made. */
  async function follow(first: (signal: AbortSignal) => Promise<Response>, sending: Draft | null): Promise<void> {
    const abort = new AbortController();
    const mine = { abort, accepted: sending === null, looking: sending === null };
    current = mine;
    const { signal } = abort;
    const connect: FollowOptions["connect"] = ({ accepted, lastEventId }) =>
      accepted ? api.openStream(id, lastEventId, signal) : first(signal);

    try {
      const end = await followRun({
        connect,
        reject: rejected,
        signal,
        onChunk: (chunk) => frames.push((answer) => foldChunk(answer ?? emptyAnswer(""), chunk)),
        onConnection: (connection) => {
          if (connection === "open" && !mine.accepted) accept(mine, sending);
          if (connection === "open") {
            mine.looking = false;
            store.set({ activity: "answering" });
            // The answer may take a while. Where this fails, its end reads it again.
            if (store.get().phase === "loading") readHistory(signal).catch(() => {});
          }
          store.set({ reconnecting: connection === "reconnecting" });
        },
      });
      if (end === "done" || store.get().phase !== "ready") options.onActivity?.();
      await refresh(signal);
    } catch (error) {
      if (!signal.aborted || !mine.accepted) failed(error, mine.accepted ? null : sending, signal.aborted);
    } finally {
      if (current === mine) {
        current = null;
        store.set({ activity: "idle", reconnecting: false, stopping: false });
      }
    }
  }

  function accept(mine: { abort: AbortController; accepted: boolean }, sent: Draft | null): void {
    mine.accepted = true;
    // What was typed while the message was on its way is the next draft.
    if (sent !== null && store.get().draft.messageId === sent.messageId) keepDraft(emptyDraft);
    options.onActivity?.();
    if (!active) mine.abort.abort();
  }

  function failed(error: unknown, unsent: Draft | null, cancelled: boolean): void {
    const missing = error instanceof ApiError && error.status === 404 && unsent === null;
    if (missing) {
      store.set({ phase: "missing" });
      return;
    }
    const problem = cancelled ? null : messageOf(error);
    const { phase } = store.get();
    store.set({ problem, pending: null, phase: phase === "loading" ? "failed" : phase });
    if (unsent !== null) keepDraft(giveBack(unsent, store.get().draft));
    // Someone else's answer is being written here, perhaps from another tab of ours.
    if (error instanceof ApiError && error.code === "run_active") queueMicrotask(() => attach());
  }

  function isBusy(): boolean {
    return current !== null && !current.abort.signal.aborted;
  }

  function attach(): void {
    if (active && !isBusy()) void follow((signal) => api.openStream(id, null, signal), null);
  }

  async function act(request: () => Promise<unknown>): Promise<void> {
    store.set({ problem: null });
    try {
      await request();
    } catch (error) {
      store.set({ problem: messageOf(error) });
    }
    attach();
  }

  return {
    id,
    store,
    undos: createUndoStore(id),
    activate() {
      active = true;
      store.set({ draft: readDraft(draftKey) });
      // The stream first, the stored messages after it: so no answer can end unseen between the two.
      if (exists) attach();
    },
    deactivate() {
      active = false;
      if (current?.accepted) current.abort.abort();
    },
    setDraft(text) {
      const { draft } = store.get();
      keepDraft(text === draft.text ? draft : { text, messageId: null });
      if (store.get().problem !== null) store.set({ problem: null });
    },
    async send(text) {
      if (text.trim() === "" || (isBusy() && !current?.looking)) return;
      // Who writes does not wait for a look around: the server says so if something is being answered here.
      current?.abort.abort();
      const { draft } = store.get();
      const unsent = { text, messageId: (draft.text === text ? draft.messageId : null) ?? randomId() };
      // Kept until it is accepted: a reload in between brings back the text and its id.
      writeDraft(draftKey, unsent);
      store.set({
        draft: { text: "", messageId: unsent.messageId },
        pending: { id: unsent.messageId, text },
        activity: "sending",
        problem: null,
      });
      const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      await follow(async (signal) => {
        if (!exists) await create(signal);
        return api.postMessage(id, { id: unsent.messageId, text, timeZone }, signal);
      }, unsent);
    },
    async stop() {
      if (current !== null && !current.accepted) return current.abort.abort();
      store.set({ stopping: true, problem: null });
      try {
        const run = activeRunOf(await api.getConversation(id));
        if (run !== null) await api.stopRun(run.id);
      } catch (error) {
        store.set({ stopping: false, problem: messageOf(error) });
      }
    },
    retry: (runId) => act(() => api.retryRun(runId)),
    decide: (approvalId, decision) => act(() => api.decideApproval(approvalId, decision)),
    async loadOlder() {
      const { olderCursor } = store.get();
      if (olderCursor === null) return;
      try {
        const page = await api.listMessages(id, olderCursor);
        const { messages } = store.get();
        const known = new Set(messages.map((message) => message.id));
        const older = page.items.toReversed().filter((message) => !known.has(message.id));
        store.set({ messages: [...older, ...messages], olderCursor: page.nextCursor });
      } catch (error) {
        store.set({ problem: messageOf(error) });
      }
    },
    sync(run) {
      if (isBusy() || store.get().phase !== "ready") return;
      if (stepFor(run, store.get().messages) !== "none") attach();
    },
  };

  async function create(signal: AbortSignal): Promise<void> {
    try {
      await api.createConversation(id, signal);
    } catch (error) {
      // An earlier try got through, though its answer did not.
      if (!(error instanceof ApiError && error.code === "conflict")) throw error;
    }
    exists = true;
    writeDraft(draftKey, emptyDraft);
    draftKey = id;
    const { pending } = store.get();
    if (pending !== null) writeDraft(draftKey, { text: pending.text, messageId: pending.id });
    options.onCreated?.();
  }
}

/** The text that could not be sent goes back to where it was typed, before what was typed since. */
function giveBack(unsent: Draft, typed: Draft): Draft {
  return typed.text === "" ? unsent : { text: `${unsent.text}\n${typed.text}`, messageId: null };
}
