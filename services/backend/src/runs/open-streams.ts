import { limits } from "@todo/contract";

/** The streams that are open on this replica, by whose they are. */
export class OpenStreams {
  readonly #open = new Map<string, Set<() => void>>();

  /**
   * Counts a stream until the returned function is called. Beyond the limit the oldest one of the same owner is told to
   * go, by its `close`: the newest tab is the one that somebody looks at.
   */
  add(owner: string, close: () => void): () => void {
    const streams = this.#open.get(owner) ?? new Set();
    this.#open.set(owner, streams);
    streams.add(close);
    const [oldest] = streams;
    if (oldest && streams.size > limits.streamsPerUser) {
      streams.delete(oldest);
      oldest();
    }
    return () => {
      streams.delete(close);
      if (streams.size === 0 && this.#open.get(owner) === streams) this.#open.delete(owner);
    };
  }
}
