import {
  type FakeOpenAi,
  type Script,
  startFakeOpenAi,
} from "../../../../test/support/fake-openai/start-fake-openai.ts";
import { type AssistantModel, createModel } from "../../src/agent/model.ts";
import { startTestServer, type TestServer } from "../_harness.ts";

export const apis = ["chat", "responses"] as const;
export type Api = (typeof apis)[number];

export const API_KEY = "sk-test-9876543210";
export const MODEL = "gpt-5.6-luna";

export type WiredServer = { server: TestServer; fake: FakeOpenAi; close: () => Promise<void> };

/** A whole backend whose model is the app's own client, talking over HTTP to a fake provider. */
export async function startWiredServer(
  api: Api,
  respond: Script = [],
  options: Partial<AssistantModel> & { model?: string } = {},
): Promise<WiredServer> {
  const { model: name = MODEL, ...overrides } = options;
  const fake = await startFakeOpenAi({ respond });
  const server = await startTestServer({ assistant: { ...wiredModel(api, fake, name), ...overrides } });
  const close = async () => {
    await fake.close();
    await server.close();
  };
  return { server, fake, close };
}

/** The app's own model: with an address it speaks Chat Completions, without one it goes to OpenAI's Responses API. */
export function wiredModel(api: Api, fake: { url: string }, name: string = MODEL): AssistantModel {
  if (api === "chat") return createModel({ apiKey: API_KEY, baseUrl: fake.url, name });
  return createModel({ apiKey: API_KEY, baseUrl: undefined, name, fetch: instead(fake.url) });
}

/** Sends what is meant for OpenAI to the fake; nothing else may be asked for, and nothing leaves this machine. */
function instead(url: string): typeof fetch {
  return (input, init) => {
    const meant = String(input instanceof Request ? input.url : input);
    const path = /^https:\/\/api\.openai\.com\/v1(\/.*)$/.exec(meant)?.[1];
    if (path === undefined) throw new Error(`the model's client asked for ${meant}`);
    return fetch(url + path, init);
  };
}
