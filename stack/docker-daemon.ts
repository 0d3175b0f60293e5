import path from "node:path";
import type { Ask } from "../scripts/programs.ts";

/** An image of the daemon by one of its names. */
export type TaggedImage = {
  tag: string;
  /** When the image last got a tag, in milliseconds since 1970. */
  taggedAt: number;
};

/** What the program needs of Minikube's Docker besides building. */
export type DockerDaemon = {
  /** All tags of a repository such as `todo-backend`. */
  tags(repository: string): Promise<TaggedImage[]>;
  /** Whether a container that runs is made of it. */
  isRunning(image: string): Promise<boolean>;
  /**
   * Removes one tag, and the image when it was its last. `in use`: a container, running or not, is made of it, which
   * counts only without `force`.
   */
  remove(image: string, options?: { force: boolean }): Promise<"removed" | "in use" | "missing">;
};

/**
 * Talks to a daemon through the `docker` program.
 * @param host `tcp://ADDRESS:PORT`
 * @param certPath the folder with ca.pem, cert.pem and key.pem
 */
export function dockerDaemon(host: string, certPath: string, ask: Ask): DockerDaemon {
  const key = (flag: string, file: string) => `--${flag}=${path.join(certPath, file)}`;
  const keys = [key("tlscacert", "ca.pem"), key("tlscert", "cert.pem"), key("tlskey", "key.pem")];
  const docker = (args: string[]) => ask("docker", ["--host", host, "--tlsverify", ...keys, ...args]);
  const lines = async (args: string[]) => {
    const answer = await docker(args);
    if (answer.kind === "done") return answer.stdout.split("\n").filter((line) => line !== "");
    throw new Error(`docker ${args.join(" ")}: ${answer.kind === "failed" ? answer.stderr.trim() : answer.kind}`);
  };
  return {
    async tags(repository) {
      const tags = await lines(["image", "ls", "--format={{.Tag}}", repository]);
      if (tags.length === 0) return [];
      const names = tags.map((tag) => `${repository}:${tag}`);
      const times = await lines(["image", "inspect", "--format={{json .Metadata.LastTagTime}}", ...names]);
      return tags.map((tag, index) => ({ tag, taggedAt: Date.parse(JSON.parse(times[index] ?? '""')) || 0 }));
    },
    async isRunning(image) {
      return (await lines(["ps", "--quiet", `--filter=ancestor=${image}`])).length > 0;
    },
    async remove(image, { force } = { force: false }) {
      const answer = await docker(["image", "rm", ...(force ? ["--force"] : []), image]);
      if (answer.kind === "done") return "removed";
      const words = answer.kind === "failed" ? answer.stderr.trim() : answer.kind;
      if (/no such image/i.test(words)) return "missing";
      if (/conflict/i.test(words)) return "in use";
      throw new Error(`docker can't remove ${image}: ${words}`);
    },
  };
}
