import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { onTestFinished } from "vitest";
import { object } from "../../../../test/support/fake-openai/check-request.ts";

const CHANNEL = "undici:request:create";

/**
 * Notes where the code under test sends HTTP requests to from now on until the test ends; the test's own requests to the
 * app are left out. Node's `fetch` reports every request, whoever makes it.
 */
export function watchTargets(): () => string[] {
  const origins: string[] = [];
  const note = (message: unknown) => {
    const { origin, path } = object(object(message)["request"]);
    if (!String(path).startsWith("/api/")) origins.push(String(origin));
  };
  subscribe(CHANNEL, note);
  onTestFinished(() => void unsubscribe(CHANNEL, note));
  return () => [...origins];
}
