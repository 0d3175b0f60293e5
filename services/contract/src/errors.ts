import { z } from "zod";

/** Every code that the API can answer with. The backend maps each to one HTTP status. */
export const errorCodeSchema = z.enum([
  "invalid_request",
  "unauthenticated",
  "forbidden_origin",
  "forbidden_scope",
  "not_found",
  "method_not_allowed",
  "conflict",
  "run_active",
  "too_many_runs",
  "idempotency_mismatch",
  "approval_decided",
  "change_limit",
  "approval_required",
  "undo_conflict",
  "nothing_to_undo",
  "due_not_understood",
  "body_too_large",
  "unprocessable",
  "unsupported_media_type",
  "rate_limited",
  "database_unavailable",
  "storage_full",
  "shutting_down",
  "internal",
]);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

/** Why an answer of the assistant ended early. Carried by the `data-notice` part of a message. */
export const runErrorCodeSchema = z.enum([
  "model_unauthorized",
  "model_rate_limited",
  "model_unavailable",
  "model_rejected",
  "model_cut_off",
  "model_silent",
  "model_broken_tool_call",
  "call_limit",
  "answer_limit",
  "token_limit",
  "assistant_off",
  "turn_limit",
  "time_limit",
  "run_crashed",
  "run_sealed",
  "internal",
]);
export type RunErrorCode = z.infer<typeof runErrorCodeSchema>;

export const errorBodySchema = z.object({
  error: z.object({
    code: errorCodeSchema,
    message: z.string(),
    requestId: z.string(),
    /** What is wrong with which field; for `undo_conflict`, which task is how by now. */
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;
