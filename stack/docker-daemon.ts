import { readFileSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import path from "node:path";

/** An image of the daemon by one of its names. */
export interface TaggedImage {
  tag: string;
  /** When the image last got a tag, in milliseconds since 1970. */
  taggedAt: number;
}

/** The little of Docker's API that the program needs besides building. */
export interface DockerDaemon {
  /** All tags of a repository such as `todo-backend`. */
  tags(repository: string): Promise<TaggedImage[]>;
  /** Whether a container that runs is made of it. */
  isRunning(image: string): Promise<boolean>;
  /**
   * Removes one tag, and the image when it was its last. `in use`: a container, running or not, is made of it, which
   * counts only without `force`.
   */
  remove(image: string, options?: { force: boolean }): Promise<"removed" | "in use" | "missing">;
}

interface Answer {
  status: number;
  body: string;
}

const TIMEOUT_MS = 20_000;

/**
 * @param host `tcp://ADDRESS:PORT`
 * @param certPath the folder with ca.pem, cert.pem and key.pem; without one the daemon is asked in plain HTTP
 */
export function dockerDaemon(host: string, certPath: string | undefined): DockerDaemon {
  const ask = (method: string, place: string) => send(host, certPath, method, place);
  return {
    async tags(repository) {
      const names = repoTags(
        parse(await expectOk(ask("GET", `/images/json?filters=${filter("reference", repository)}`))),
      );
      const tags = names
        .filter((name) => name.startsWith(`${repository}:`))
        .map((name) => name.slice(repository.length + 1));
      return Promise.all(
        tags.map(async (tag) => ({
          tag,
          taggedAt: lastTagTime(parse(await expectOk(ask("GET", `/images/${repository}:${tag}/json`)))),
        })),
      );
    },
    async isRunning(image) {
      const containers = parse(await expectOk(ask("GET", `/containers/json?filters=${filter("ancestor", image)}`)));
      return Array.isArray(containers) && containers.length > 0;
    },
    async remove(image, { force } = { force: false }) {
      const answer = await ask("DELETE", `/images/${image}${force ? "?force=true" : ""}`);
      if (answer.status === 409) {
        return "in use";
      }
      if (answer.status === 404) {
        return "missing";
      }
      await expectOk(Promise.resolve(answer));
      return "removed";
    },
  };
}

function filter(name: string, value: string): string {
  return encodeURIComponent(JSON.stringify({ [name]: [value] }));
}

async function expectOk(answer: Promise<Answer>): Promise<string> {
  const { status, body } = await answer;
  if (status < 200 || status > 299) {
    throw new Error(`Docker answered ${status}: ${body.trim().slice(0, 200)}`);
  }
  return body;
}

function send(host: string, certPath: string | undefined, method: string, place: string): Promise<Answer> {
  const { hostname, port } = new URL(host);
  const where = { hostname, port, method, path: place, timeout: TIMEOUT_MS };
  return new Promise((resolve, reject) => {
    const read = (file: string) => readFileSync(path.join(certPath ?? "", file));
    const request =
      certPath === undefined
        ? requestHttp(where)
        : requestHttps({ ...where, ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem"), agent: false });
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    request.on("timeout", () =>
      request.destroy(new Error(`Docker at ${host} gave no answer in ${TIMEOUT_MS / 1000} s`)),
    );
    request.on("error", reject);
    request.end();
  });
}

function parse(body: string): unknown {
  return JSON.parse(body);
}

function repoTags(images: unknown): string[] {
  const lists = Array.isArray(images) ? images.map((image: unknown) => field(image, "RepoTags")) : [];
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter((name) => typeof name === "string") : []));
}

function lastTagTime(image: unknown): number {
  const time = field(field(image, "Metadata"), "LastTagTime");
  return typeof time === "string" ? Date.parse(time) || 0 : 0;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
