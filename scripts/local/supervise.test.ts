import { expect, it, vi } from "vitest";
import { supervise } from "./supervise.ts";

/** A service whose runs end when the test says so. */
function fakeService() {
  const ends: ((how: string) => void)[] = [];
  const launch = vi.fn(async () => {
    let end: (how: string) => void = () => {};
    const ended = new Promise<string>((resolve) => {
      end = resolve;
    });
    ends.push(end);
    return { ended, stop: async () => end("stopped"), kill: async () => end("killed") };
  });
  return { launch, endLast: (how: string) => ends.at(-1)?.(how) };
}

function options() {
  return { name: "backend", say: vi.fn(), pause: vi.fn(async (_ms: number) => {}) };
}

it("starts again what ended, and says so", async () => {
  const { launch, endLast } = fakeService();
  const { say, ...rest } = options();
  const service = await supervise({ ...rest, say, launch });
  endLast("exit code 3");
  await vi.waitFor(() => expect(say).toHaveBeenCalledWith("The backend runs again."));
  expect(say).toHaveBeenCalledWith(expect.stringContaining("exit code 3"));
  expect(launch).toHaveBeenCalledTimes(2);
  await service.stop();
});

it("leaves alone what was stopped", async () => {
  const { launch } = fakeService();
  const { say, ...rest } = options();
  const service = await supervise({ ...rest, say, launch });
  await service.stop();
  expect(launch).toHaveBeenCalledTimes(1);
  expect(say).not.toHaveBeenCalled();
});

it("goes on however often it ends or does not start, after longer pauses, half a minute at most, and says so", async () => {
  const { launch, endLast } = fakeService();
  const { say, pause, name } = options();
  const service = await supervise({ name, say, pause, launch });
  for (let i = 0; i < 9; i += 1) launch.mockRejectedValueOnce(new Error("no answer"));
  endLast("exit code 1");
  await vi.waitFor(() => expect(say).toHaveBeenLastCalledWith("The backend runs again."));
  const waits = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000];
  expect(pause.mock.calls.map(([ms]) => ms)).toEqual(waits);
  expect(say.mock.calls[0]).toEqual(["The backend ended (exit code 1). Starting it again in 0.5 s."]);
  expect(say.mock.calls[9]?.[0]).toMatch(/\(no answer\).* in 30\.0 s; its log is in the data folder/);
  endLast("exit code 1");
  await vi.waitFor(() => expect(pause).toHaveBeenCalledTimes(11));
  expect(pause.mock.lastCall?.[0]).toBe(30_000);
  await service.stop();
});

it("starts nothing more when it is stopped between two starts", async () => {
  const { launch, endLast } = fakeService();
  const { say, name } = options();
  const service = await supervise({ name, say, launch });
  endLast("exit code 1");
  await vi.waitFor(() => expect(say).toHaveBeenCalledTimes(1));
  await service.stop();
  expect(launch).toHaveBeenCalledTimes(1);
});

it("hands a fault of the first start to the caller", async () => {
  const launch = vi.fn(() => Promise.reject(new Error("port taken")));
  await expect(supervise({ ...options(), launch })).rejects.toThrow("port taken");
});
