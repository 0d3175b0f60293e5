import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { mendPaths, wellFormed } from "./well-formed-path.ts";

test.each([
  ["/", "/"],
  ["/chat/caf%C3%A9?q=%A0", "/chat/caf%C3%A9?q=%A0"],
  ["/chat/%A0", "/chat/%25A0"],
  ["/api/tasks/%E0%A4%A", "/api/tasks/%25E0%25A4%25A"],
  ["/chat/%", "/chat/%25"],
  ["/%ED%A0%80?a=%&b=?", "/%25ED%25A0%2580?a=%&b=?"],
])("a path that can't be decoded is taken by its letters: %s", (target, mended) => {
  expect(wellFormed(target)).toBe(mended);
});

test("does so before whoever answers sees the request", async () => {
  mendPaths();
  const server = createServer((request, response) => response.end(request.url));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  expect(await (await fetch(`http://127.0.0.1:${port}/api/tasks/%E0%A4%A?q=%`)).text()).toBe(
    "/api/tasks/%25E0%25A4%25A?q=%",
  );
});
