import { limits } from "@todo/contract";

export type OpenStream = {
  /** Whose it is, and of which kind: so many of one owner are open at once. */
  owner: string;
  /** The session by which it was opened. */
  token: string;
  /** Sends a sign of life. */
  beat: () => void;
  /** Ends it: its session has ended, or its owner has opened too many. */
  close: (reason: "session" | "too many") => void;
};

export type OpenStreamsOptions = {
  /** Which of these sessions have not ended. */
  validSessions: (tokens: readonly string[]) => Promise<ReadonlySet<string>>;
  /** How often each stream beats and its session is asked for. */
  heartbeatMs: number;
  /** Told when sessions could not be asked for; the next beat asks again. */
  onError: (error: unknown) => void;
};

/** A round of all streams is cut into so many steps, so that thousands do not beat in the same moment. */
const STEPS = 20;

/** The streams that are open on this replica: one clock and one query for all whose turn it is, however many they are. */
export class OpenStreams {
  readonly #options: OpenStreamsOptions;
  readonly #byOwner = new Map<string, Set<OpenStream>>();
  /** By when their turn is, the next first. */
  readonly #due = new Map<OpenStream, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OpenStreamsOptions) {
    this.#options = options;
  }

  /**
   * Counts a stream until the returned function is called. Beyond the limit the oldest one of the same owner is told to
   * go: the newest tab is the one that somebody looks at.
   */
  add(stream: OpenStream): () => void {
    const { owner } = stream;
    const streams = this.#byOwner.get(owner) ?? new Set();
    this.#byOwner.set(owner, streams);
    streams.add(stream);
    this.#due.set(stream, performance.now() + this.#options.heartbeatMs);
    this.#timer ??= setInterval(() => void this.#beat(), this.#options.heartbeatMs / STEPS);
    const [oldest] = streams;
    if (oldest && streams.size > limits.streamsPerUser) {
      this.#forget(oldest);
      oldest.close("too many");
    }
    return () => this.#forget(stream);
  }

  #forget(stream: OpenStream): void {
    this.#due.delete(stream);
    const streams = this.#byOwner.get(stream.owner);
    streams?.delete(stream);
    if (streams?.size === 0) this.#byOwner.delete(stream.owner);
    if (this.#due.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #beat(): Promise<void> {
    const now = performance.now();
    const turn: OpenStream[] = [];
    for (const [stream, at] of this.#due) {
      if (at > now) break;
      turn.push(stream);
    }
    for (const stream of turn) {
      // To the end of the row.
      this.#due.delete(stream);
      this.#due.set(stream, now + this.#options.heartbeatMs);
      stream.beat();
    }
    if (turn.length === 0) return;
    try {
      const valid = await this.#options.validSessions([...new Set(turn.map(({ token }) => token))]);
      for (const stream of turn) if (!valid.has(stream.token)) stream.close("session");
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
