import type { MadeApiToken, NewApiToken } from "@todo/contract";
import type { Person } from "./_harness.ts";

/** A program that calls with a token of its user's. */
export class Program {
  readonly server: { url: string };
  readonly id: string;
  readonly token: string;

  constructor(server: { url: string }, { id, token }: Pick<MadeApiToken, "id" | "token">) {
    this.server = server;
    this.id = id;
    this.token = token;
  }

  request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.server.url + path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
    });
  }
}

/** Makes a token in the person's settings, and a program that has it. */
export async function makeProgram(person: Person, options: Partial<NewApiToken> = {}): Promise<Program> {
  const wanted: NewApiToken = { name: "my script", scope: "write", timeZone: "Europe/Berlin", ...options };
  return new Program(person.server, await person.json<MadeApiToken>("POST", "/api/tokens", wanted));
}
