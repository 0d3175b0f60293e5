/**
 * How an answer travels and how it is put together again.
 *
 * The chunks are the AI SDK's UI message stream, protocol v1 (ai-sdk.dev/docs/ai-sdk-ui/stream-protocol), of which this
 * is the part we send. `foldChunk` gives the same message as that SDK's own reader, which a test compares. The backend
 * folds its log with it into the stored message, the browser folds what arrives: one reducer, so both show the same.
 *
 * This file imports nothing at run time: the browser loads it.
 */
import type { RunErrorCode } from "./errors.ts";
import type { Task } from "./tasks.ts";

/** What an approval is about: these tasks and no others, as they were when it was asked for. */
export type ApprovalDescriptor = {
  /** The operation that waits. */
  action: string;
  /** Of very many the first; `more` tells how many others there are. */
  tasks: Task[];
  more?: number | undefined;
  /** How each of `tasks` would be, in the same order; absent where they would be gone. */
  after?: Task[] | undefined;
};

export type Notice = { code: RunErrorCode; message: string; retry: boolean };

export type Chunk =
  | { type: "start"; messageId: string }
  | { type: "start-step" }
  | { type: "finish-step" }
  /** The current step is told anew: an earlier attempt died before its model had finished. */
  | { type: "reset-step" }
  | { type: "text-start"; id: string }
  | { type: "text-delta"; id: string; delta: string }
  | { type: "text-end"; id: string }
  | { type: "tool-input-available"; toolCallId: string; toolName: string; input: unknown; dynamic: true }
  | { type: "tool-approval-request"; approvalId: string; toolCallId: string; approvalDescriptor: ApprovalDescriptor }
  | { type: "tool-approval-response"; approvalId: string; approved: boolean }
  /** `preliminary`: how far the call has come; its output follows. */
  | { type: "tool-output-available"; toolCallId: string; output: unknown; dynamic: true; preliminary?: true }
  | { type: "tool-output-denied"; toolCallId: string }
  | { type: "data-notice"; data: Notice }
  | { type: "error"; errorText: string }
  | { type: "abort"; reason: string }
  | { type: "finish"; finishReason: "stop" | "error" | "interrupted" };

export type TextPart = { type: "text"; text: string; state: "streaming" | "done" };
export type ToolPart = {
  type: "dynamic-tool";
  toolName: string;
  toolCallId: string;
  state: "input-available" | "approval-requested" | "approval-responded" | "output-available" | "output-denied";
  input: unknown;
  output?: unknown;
  /** The output is not the last one. */
  preliminary?: true;
  approval?: { id: string; descriptor: ApprovalDescriptor; approved?: boolean };
};
export type NoticePart = { type: "data-notice"; data: Notice };
export type MessagePart = { type: "step-start" } | TextPart | ToolPart | NoticePart;

/** An answer in the making. `open` maps the ids of unfinished texts to their place in `parts`. */
export type AnswerState = { id: string; parts: MessagePart[]; open: Record<string, number> };

export function emptyAnswer(id: string): AnswerState {
  return { id, parts: [], open: {} };
}

/** The state after one more chunk. Pure: `state` is left as it is, unchanged parts are shared. */
export function foldChunk(state: AnswerState, chunk: Chunk): AnswerState {
  switch (chunk.type) {
    case "start":
      // A log told from its beginning starts over, whatever was read of it before.
      return emptyAnswer(chunk.messageId);
    case "start-step":
      return push(state, { type: "step-start" });
    case "reset-step":
      return { ...state, parts: state.parts.slice(0, lastStepStart(state.parts) + 1), open: {} };
    case "text-start": {
      const open = { ...state.open, [chunk.id]: state.parts.length };
      return { ...push(state, { type: "text", text: "", state: "streaming" }), open };
    }
    case "text-delta":
      return changeText(state, chunk.id, (part) => ({ ...part, text: part.text + chunk.delta }));
    case "text-end": {
      const { [chunk.id]: _closed, ...open } = state.open;
      return { ...changeText(state, chunk.id, (part) => ({ ...part, state: "done" })), open };
    }
    case "tool-input-available":
      return push(state, {
        type: "dynamic-tool",
        toolName: chunk.toolName,
        toolCallId: chunk.toolCallId,
        state: "input-available",
        input: chunk.input,
      });
    case "tool-approval-request":
      return changeTool(state, chunk.toolCallId, (part) => ({
        ...part,
        state: "approval-requested",
        approval: { id: chunk.approvalId, descriptor: chunk.approvalDescriptor },
      }));
    case "tool-approval-response":
      return {
        ...state,
        parts: state.parts.map((part) =>
          part.type === "dynamic-tool" && part.approval?.id === chunk.approvalId
            ? { ...part, state: "approval-responded", approval: { ...part.approval, approved: chunk.approved } }
            : part,
        ),
      };
    case "tool-output-available":
      return changeTool(state, chunk.toolCallId, ({ preliminary: _, ...part }) => ({
        ...part,
        state: "output-available",
        output: chunk.output,
        ...(chunk.preliminary && { preliminary: true }),
      }));
    case "tool-output-denied":
      return changeTool(state, chunk.toolCallId, (part) => ({ ...part, state: "output-denied" }));
    case "data-notice":
      return push(state, { type: "data-notice", data: chunk.data });
    case "finish-step":
    case "finish":
    case "error":
    case "abort":
      return state;
  }
}

/** How many changes a tool's output tells of, listed or not. */
export function countChanges({
  changes,
  changed,
}: {
  changes: readonly unknown[];
  changed?: number | undefined;
}): number {
  return changed ?? changes.length;
}

/** What a message says in words: its texts, one below the other. */
export function textOf(parts: readonly MessagePart[]): string {
  return parts.flatMap((part) => (part.type === "text" && part.text !== "" ? [part.text] : [])).join("\n\n");
}

function push(state: AnswerState, part: MessagePart): AnswerState {
  return { ...state, parts: [...state.parts, part] };
}

function lastStepStart(parts: readonly MessagePart[]): number {
  return parts.findLastIndex((part) => part.type === "step-start");
}

function changeText(state: AnswerState, id: string, change: (part: TextPart) => TextPart): AnswerState {
  const at = state.open[id];
  return { ...state, parts: state.parts.map((part, i) => (i === at && part.type === "text" ? change(part) : part)) };
}

function changeTool(state: AnswerState, callId: string, change: (part: ToolPart) => ToolPart): AnswerState {
  return {
    ...state,
    parts: state.parts.map((part) =>
      part.type === "dynamic-tool" && part.toolCallId === callId ? change(part) : part,
    ),
  };
}
