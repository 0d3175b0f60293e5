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
  return { name: "backend", say: vi.fn(), giveUp: vi.fn(), firstPauseMs: 1 };
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
  const { say, giveUp, ...rest } = options();
  const service = await supervise({ ...rest, say, giveUp, launch });
  await service.stop();
  expect(launch).toHaveBeenCalledTimes(1);
  expect(say).not.toHaveBeenCalled();
});

it("gives up after five starts that did not last", async () => {
  const { launch, endLast } = fakeService();
  const { giveUp, ...rest } = options();
  await supervise({ ...rest, giveUp, launch });
  for (let runs = 1; runs <= 6; runs += 1) {
    await vi.waitFor(() => expect(launch).toHaveBeenCalledTimes(runs));
    endLast("exit code 1");
  }
  await vi.waitFor(() => expect(giveUp).toHaveBeenCalledTimes(1));
  expect(launch).toHaveBeenCalledTimes(6);
});

it("counts a start that fails as one of the five", async () => {
  const { launch, endLast } = fakeService();
  const { giveUp, ...rest } = options();
  await supervise({ ...rest, giveUp, launch });
  launch.mockRejectedValue(new Error("no answer"));
  endLast("exit code 1");
  await vi.waitFor(() =>
    expect(giveUp).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining("no answer") })),
  );
  expect(launch).toHaveBeenCalledTimes(6);
});

it("hands a fault of the first start to the caller", async () => {
  const launch = vi.fn(() => Promise.reject(new Error("port taken")));
  await expect(supervise({ ...options(), launch })).rejects.toThrow("port taken");
});
