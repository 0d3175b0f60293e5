import { vi } from "vitest";

/** Test helper: the browser's `EventSource`, which tells what the test says. */
export class FakeEventSource extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static all: FakeEventSource[] = [];
  readonly url: string;
  readyState: number = FakeEventSource.CONNECTING;

  constructor(url: string) {
    super();
    this.url = url;
    FakeEventSource.all.push(this);
  }

  /** Puts it in the place of the browser's. */
  static install(): void {
    FakeEventSource.all = [];
    vi.stubGlobal("EventSource", FakeEventSource);
  }

  /** Those that were opened and not closed. */
  static get open(): FakeEventSource[] {
    return FakeEventSource.all.filter(({ readyState }) => readyState !== FakeEventSource.CLOSED);
  }

  connects(): void {
    this.readyState = FakeEventSource.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  tells(change: unknown): void {
    this.dispatchEvent(new MessageEvent("change", { data: JSON.stringify(change) }));
  }

  /** The server has it stay away: too many others are open. */
  closes(): void {
    this.dispatchEvent(new MessageEvent("closed", { data: "{}" }));
  }

  /** The connection broke off; the browser makes it again by itself unless it was `refused`. */
  breaks({ refused }: { refused: boolean }): void {
    this.readyState = refused ? FakeEventSource.CLOSED : FakeEventSource.CONNECTING;
    this.dispatchEvent(new Event("error"));
  }

  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }
}

/** Test helper: shows or hides the tab. */
export function hideTab(hidden: boolean): void {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  document.dispatchEvent(new Event("visibilitychange"));
}
