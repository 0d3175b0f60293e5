import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";

async function start() {
  const script = path.join(import.meta.dirname, "_retiring-server.ts");
  const child = spawn(process.execPath, ["--no-warnings", script], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NEXT_MANUAL_SIG_HANDLE: "true" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [port] = await once(child.stdout, "data");
  return { child, port: Number(port), exit: once(child, "exit").then(([code]) => code as number) };
}

/** A connection, and the text that came on it. */
async function open(port: number) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const connection = {
    socket,
    text: "",
    closed: once(socket, "close"),
    ask: (path: string) => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`),
    answers: () => connection.text.split("answered").length - 1,
  };
  socket.on("data", (data) => (connection.text += data));
  return connection;
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await sleep(10);
}

test("goes on serving, ends each connection with its next answer, and exits when none is left", {
  timeout: 20_000,
}, async () => {
  const { child, port, exit } = await start();
  const [kept, slow, ahead] = [await open(port), await open(port), await open(port)];
  kept.ask("/");
  await until(() => kept.answers() === 1);
  slow.ask("/slow");
  await sleep(100);
  child.kill("SIGTERM");
  await ahead.closed;
  const fresh = await open(port);
  fresh.ask("/");
  await fresh.closed;
  kept.ask("/");
  await Promise.all([kept.closed, slow.closed]);
  expect([kept.answers(), slow.answers(), fresh.answers()]).toEqual([2, 1, 1]);
  expect(kept.text).toMatch(/connection: keep-alive.*connection: close/is);
  expect(slow.text).toMatch(/connection: close/i);
  expect(await exit).toBe(0);
});

test("ends though a client never does, within the 10 s that `docker stop` gives", { timeout: 20_000 }, async () => {
  const { child, port, exit } = await start();
  const stuck = await open(port);
  stuck.socket.write("GET / HTTP/1.1\r\n");
  await sleep(100);
  child.kill("SIGTERM");
  expect(await Promise.race([exit, sleep(10_000, "too late")])).toBe(0);
});
