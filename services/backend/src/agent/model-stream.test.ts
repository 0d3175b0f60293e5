import type { Model, ModelRequest } from "@openai/agents";
import { describe, expect, it } from "vitest";
import { type StreamEvent, streamModel } from "./model-stream.ts";

const patient = { firstMs: 1_000, silenceMs: 1_000 };
const delta: StreamEvent = { type: "output_text_delta", delta: "Hello" };

describe("streamModel", () => {
  it("passes on what the model says", async () => {
    const { model } = modelOf(async function* () {
      yield delta;
    });
    expect(await all(streamModel(model, request(), patient))).toEqual([delta]);
  });

  it("does not take the end of an aborted stream for the answer's", async () => {
    const controller = new AbortController();
    const { model } = modelOf(async function* () {
      yield delta;
      controller.abort("stop");
    });
    const told: StreamEvent[] = [];
    const reading = (async () => {
      for await (const event of streamModel(model, request(controller.signal), patient)) told.push(event);
    })();
    await expect(reading).rejects.toBe("stop");
    expect(told).toEqual([delta]);
  });

  it("gives a silent model up and aborts its request", async () => {
    const hangs = modelOf(async function* () {
      yield delta;
      await new Promise(() => {});
    });
    await expect(all(streamModel(hangs.model, request(), { firstMs: 1_000, silenceMs: 20 }))).rejects.toMatchObject({
      code: "model_silent",
    });
    expect(hangs.signal()?.aborted).toBe(true);
  });

  it("waits longer for the first sign of a model, but not for ever", async () => {
    const slow = modelOf(async function* () {
      await new Promise((resolve) => setTimeout(resolve, 60));
      yield delta;
    });
    expect(await all(streamModel(slow.model, request(), { firstMs: 5_000, silenceMs: 20 }))).toEqual([delta]);
    const never = modelOf(async function* () {
      await new Promise(() => {});
      yield delta;
    });
    const impatient = { firstMs: 20, silenceMs: 5_000 };
    await expect(all(streamModel(never.model, request(), impatient))).rejects.toMatchObject({ code: "model_silent" });
  });

  it("aborts the request when nobody reads on", async () => {
    const talks = modelOf(async function* () {
      for (;;) yield delta;
    });
    for await (const _ of streamModel(talks.model, request(), patient)) break;
    expect(talks.signal()?.aborted).toBe(true);
  });

  it("names failures as the model's, so that they are not taken for the database's", async () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    // biome-ignore lint/correctness/useYield: it fails before it says anything.
    const { model } = modelOf(async function* () {
      throw refused;
    });
    const failure = { name: "RunFault", code: "model_cut_off", cause: refused };
    await expect(all(streamModel(model, request(), patient))).rejects.toMatchObject(failure);
  });
});

async function all(events: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const told: StreamEvent[] = [];
  for await (const event of events) told.push(event);
  return told;
}

function modelOf(stream: () => AsyncIterable<StreamEvent>) {
  let signal: AbortSignal | undefined;
  const model: Model = {
    getResponse: () => Promise.reject(new Error("only streamed here")),
    getStreamedResponse: (asked) => {
      signal = asked.signal;
      return stream();
    },
  };
  return { model, signal: () => signal };
}

function request(signal?: AbortSignal): ModelRequest {
  const empty = { input: [], modelSettings: {}, tools: [], outputType: "text" as const, handoffs: [], tracing: false };
  return { ...empty, ...(signal && { signal }) };
}
