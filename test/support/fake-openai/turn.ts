/** A piece of text to send at once, milliseconds to wait, or something to wait for. */
export type Piece = string | number | Promise<unknown>;

/** A tool call. `args` that are a string go out as they are, broken or not; anything else as JSON. */
export type Call = { name: string; args: unknown; id?: string };

/**
 * How an answer ends:
 * - `complete`: as it should;
 * - `cut`: the socket is destroyed;
 * - `early`: the body ends well, but nothing says that the answer has;
 * - `silence`: nothing more comes, the connection stays open until the client leaves;
 * - `length`: the model says that it ran out of tokens;
 * - `error`: the provider says in the stream that something went wrong.
 */
export type Ending = "complete" | "cut" | "early" | "silence" | "length" | "error";

/** One answer of the model. */
export type Answer = {
  say?: string | readonly Piece[];
  calls?: readonly Call[];
  /** The model declines in these words. */
  refusal?: string;
  /** The answer starts with a piece of reasoning of this content. */
  reasoning?: string;
  /** False: the text comes whole at the end. */
  deltas?: boolean;
  /** False: no usage is reported. */
  usage?: boolean;
  ending?: Ending;
};

/** An answer in place of a stream. */
export type Failure = { status: number; headers?: Record<string, string>; message?: string };

/** What a request is answered with. `reset` destroys the socket before a byte is sent, `silence` sends nothing at all. */
export type Turn = Answer | Failure | "reset" | "silence";

/** What a turn needs to know of its request. */
export type TurnContext = {
  /** Distinguishes the ids of this answer from those of others. */
  number: number;
  model: string;
  /** Whether encrypted reasoning was asked for. */
  encryptedReasoning: boolean;
  send: (event: unknown, name?: string) => void;
  /** Sends bytes that are no event of the API. */
  sendRaw: (text: string) => void;
  /** Waits for what stands between the pieces; false when the client has left meanwhile. */
  wait: (piece: number | Promise<unknown>) => Promise<boolean>;
};

export type CallWithId = { name: string; args: string; id: string };

/** The calls as they go over the wire. */
export function callsOf(answer: Answer, number: number): CallWithId[] {
  return (answer.calls ?? []).map(({ name, args, id }, i) => ({
    name,
    args: typeof args === "string" ? args : JSON.stringify(args),
    id: id ?? `call_${number}_${i + 1}`,
  }));
}

export function piecesOf(answer: Answer): readonly Piece[] {
  const { say = [] } = answer;
  const pieces = typeof say === "string" ? [say] : say;
  if (answer.deltas !== false) return pieces;
  const waits = pieces.filter((piece) => typeof piece !== "string");
  return [...waits, pieces.filter((piece) => typeof piece === "string").join("")];
}

/** Text in pieces of a few characters, as tool arguments arrive. */
export function slices(text: string): string[] {
  return text.match(/[\s\S]{1,9}/g) ?? [];
}

/** What an error says. Holds a secret on purpose: none of it may ever reach a user. */
export function errorBody(status: number, message: string): { error: Record<string, unknown> } {
  const code = status === 429 ? "rate_limit_exceeded" : "failed";
  return { error: { message: `${message} ${PROVIDER_WORDS}`, type: "provider_error", param: null, code } };
}

/** In every error of this server; a test looks for it where it must not be. */
export const PROVIDER_WORDS = "(key sk-fake-0123456789, organization org-fake)";
