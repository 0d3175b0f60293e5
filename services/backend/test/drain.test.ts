import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { closeAfterTest, type Person, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";
import { startProxy } from "./_proxy.ts";

const CLIENTS = 20;
/** So long that some request is on its way at any moment. */
const WAY_MS = 10;
const PAUSE_MS = 60;

/** Keeps asking over kept connections, as the page's server does, until told to stop. */
function hammer(ann: Person) {
  const failures: string[] = [];
  const added: string[] = [];
  let asked = 0;
  let going = true;
  async function ask(): Promise<void> {
    const title = randomUUID();
    const answer =
      asked++ % 2 ? ann.request("GET", "/api/tasks?limit=1") : ann.request("POST", "/api/tasks", { title });
    const { status } = await answer.then(
      async (response) => ({ status: response.status, text: await response.text() }),
      (error: Error) => ({ status: `${error.message}: ${error.cause}` }),
    );
    if (status === 201) added.push(title);
    else if (status !== 200) failures.push(String(status));
  }
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (going) {
      await ask();
      await sleep(Math.random() * PAUSE_MS);
    }
  });
  const stop = async () => {
    going = false;
    await Promise.all(clients);
    return { failures, added };
  };
  return { asked: () => asked, stop };
}

/** An event source that comes again when it is told to, until `stop`; counts what it was told. */
function listen(ann: Person) {
  const heard = { reconnects: 0, broken: 0, connected: 0 };
  const abort = new AbortController();
  const listening = (async () => {
    while (!abort.signal.aborted) {
      try {
        const response = await ann.request("GET", "/api/events", undefined, { signal: abort.signal });
        heard.connected++;
        for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
          if (text.includes("event: reconnect")) heard.reconnects++;
        }
      } catch {
        if (!abort.signal.aborted) heard.broken++;
      }
      await sleep(20);
    }
  })();
  const stop = async () => {
    abort.abort();
    await listening;
    return heard;
  };
  return { heard, stop };
}

describe("a replica that another takes the place of", () => {
  /** Lets new connections go to the second, ends the first in the middle of the load, and gives what was seen. */
  async function replace(end: "close" | "retire") {
    const first = await startTestServer();
    const second = await startTestServer({ databaseUrl: first.databaseUrl });
    closeAfterTest(second);
    let { port } = first;
    const proxy = await startProxy(() => port, WAY_MS);
    onTestFinished(proxy.close);
    const ann = (await signUp(first)).on(proxy);
    const load = hammer(ann);
    const listeners = Array.from({ length: 5 }, () => listen(ann));
    await eventually("all listen", async () => listeners.every(({ heard }) => heard.connected === 1));
    await eventually("all have asked", async () => load.asked() > 3 * CLIENTS);
    ({ port } = second);
    const before = load.asked();
    await first[end]();
    await expect(fetch(first.url)).rejects.toThrow();
    await eventually("all have asked again", async () => load.asked() > before + 3 * CLIENTS);
    const { failures, added } = await load.stop();
    const heard = await Promise.all(listeners.map((listener) => listener.stop()));
    const stored = await sql<{ title: string }>(first.databaseUrl, `select "title" from "tasks"`);
    return { failures, added, stored: stored.map(({ title }) => title), heard };
  }

  it("answers every request, and every listener goes on at the other", async () => {
    const { failures, added, stored, heard } = await replace("retire");
    expect(failures).toEqual([]);
    expect(stored.toSorted()).toEqual(added.toSorted());
    for (const { reconnects, broken } of heard) expect([broken, reconnects > 0]).toEqual([0, true]);
  });

  it("would lose requests if it closed kept connections at once", async () => {
    const { failures } = await replace("close");
    expect(failures.length).toBeGreaterThan(0);
  });
});

describe("a server that retires", () => {
  /** A connection of ours, and the text that came on it. */
  async function open(server: TestServer) {
    const socket = connect(server.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    const connection = { socket, text: "", closed: once(socket, "close") };
    socket.on("data", (data) => (connection.text += data));
    return connection;
  }

  it("serves what comes on open connections and on new ones, and tells each that it ends with its answer", async () => {
    const server = await startTestServer();
    closeAfterTest(server);
    const kept = await open(server);
    kept.socket.write("GET /api/live HTTP/1.1\r\nHost: x\r\n\r\n");
    await eventually("an answer", async () => kept.text.includes("ok"));
    expect(kept.text).toMatch(/connection: keep-alive/i);
    const begun = await open(server);
    begun.socket.write("GET /api/live HTTP/1.1\r\n");
    await eventually("it has arrived", async () => begun.socket.bytesWritten > 0);

    const retired = server.retire();
    const fresh = await open(server);
    for (const { socket } of [kept, fresh]) socket.write("GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n");
    begun.socket.write("Host: x\r\n\r\n");
    await Promise.all([kept.closed, begun.closed, fresh.closed]);
    for (const { text } of [kept, fresh]) expect(text).toMatch(/HTTP\/1.1 503 .*connection: close/is);
    expect(begun.text).toMatch(/HTTP\/1.1 200 .*connection: close/is);
    await retired;
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it("ends though a client never does, within the 10 s that `docker stop` gives; what was opened ahead ends before", async () => {
    const server = await startTestServer();
    const [ahead, stuck] = [await open(server), await open(server)];
    stuck.socket.write("GET /api/live HTTP/1.1\r\n");
    const tooLate = sleep(10_000, "too late", { ref: false });
    const retired = Promise.race([server.retire(), tooLate]);
    await ahead.closed;
    await sleep(500);
    expect([ahead.text, stuck.socket.closed]).toEqual(["", false]);
    expect(await retired).toBeUndefined();
    await stuck.closed;
  });
});
