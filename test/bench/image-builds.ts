import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { contextFiles, readRules } from "../../stack/content-tag.ts";
import { median, type Row, row } from "../support/figures.ts";
import type { Docker } from "./docker.ts";

const CHANGES = 3;

export type Service = {
  name: "frontend" | "backend";
  title: string;
  base: string;
  /** What the image may weigh over its base and in all, in MB. */
  limits: { overBase: number; inAll: number };
  /** The file that gets one line more. */
  changed: string;
};

export const SERVICES: readonly Service[] = [
  {
    name: "frontend",
    title: "page",
    base: "node:24-alpine",
    limits: { overBase: 30, inAll: 500 },
    changed: "services/frontend/app/layout.tsx",
  },
  {
    name: "backend",
    title: "backend",
    base: "node:24-slim",
    limits: { overBase: 12, inAll: 1_000 },
    changed: "services/backend/src/main.ts",
  },
];

export function imageName(docker: Docker, { name }: Service): string {
  return `${docker.prefix}-${name}`;
}

/**
 * A copy of what the images are built from, so that the checkout stays as it is. Its cache mounts are of this run alone:
 * what others have built before makes nothing faster.
 * @returns the folder
 */
export function copyContext(root: string, docker: Docker): string {
  const folder = mkdtempSync(path.join(tmpdir(), "todo-bench-"));
  for (const { name } of SERVICES) {
    const ignore = `Dockerfile.${name}.dockerignore`;
    for (const file of [...contextFiles(root, readRules(root, path.join(root, `Dockerfile.${name}`))), ignore]) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      copyFileSync(path.join(root, file), path.join(folder, file));
    }
    const text = readFileSync(path.join(root, `Dockerfile.${name}`), "utf8");
    // The id makes the mounts; the name in the command lets them be found and removed, for engines do not list ids.
    const own = text.replaceAll(
      /(RUN --mount=type=cache,target=)([^\s,]+)(\S* \\\n\s+)/g,
      (_, mount, target, rest) => `${mount}${target},id=${docker.prefix}-${name}${target}${rest}: ${docker.prefix} && `,
    );
    if (!own.includes(docker.prefix)) throw new Error(`Dockerfile.${name} has no cache mount of the kind known here`);
    writeFileSync(path.join(folder, `Dockerfile.${name}`), own);
  }
  return folder;
}

/** How long builds take, and what the images weigh. Leaves the images. */
export async function measureBuilds(docker: Docker, folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const service of SERVICES) {
    const { title, base } = service;
    // Fetching the base is the network's speed, not ours.
    await docker.run("image", "inspect", base).catch(() => docker.run("pull", "--quiet", base));
    const build = (...options: string[]) => seconds(() => buildImage(docker, folder, service, options));
    const took = (what: string, value: number) => row(`${title}: ${what}`, { value, unit: "s", digits: 1 });
    rows.push(took("image from nothing, packages fetched", await build("--no-cache")));
    rows.push(took("image with `--no-cache`, packages in the cache mount", await build("--no-cache")));
    rows.push(took("image without a change", await build()));
    const changes: number[] = [];
    for (let i = 0; i < CHANGES; i++) {
      appendFileSync(path.join(folder, service.changed), `\nReflect.set(globalThis, "benchChange", ${i});\n`);
      changes.push(await build());
    }
    rows.push(took("image after one changed line (median)", median(changes)));
  }
  for (const service of SERVICES) rows.push(...(await measureSize(docker, service)));
  return rows;
}

async function buildImage(docker: Docker, folder: string, service: Service, options: string[]): Promise<void> {
  const file = `--file=${path.join(folder, `Dockerfile.${service.name}`)}`;
  const names = [`--tag=${imageName(docker, service)}`, `--label=${docker.prefix}`];
  await docker.run("build", "--quiet", file, ...names, ...options, folder);
}

async function measureSize(docker: Docker, service: Service): Promise<Row[]> {
  const { title, base, limits } = service;
  const megabytes = async (image: string) =>
    Number(await docker.run("image", "inspect", "--format={{.Size}}", image)) / 1e6;
  const [inAll, ofBase] = [await megabytes(imageName(docker, service)), await megabytes(base)];
  const most = (limit: number) => ({ at: "most" as const, limit });
  return [
    row(
      `${title}: image over its base`,
      { value: inAll - ofBase, unit: "MB", digits: 1 },
      most(limits.overBase),
      undefined,
    ),
    row(`${title}: image in all`, { value: inAll, unit: "MB" }, most(limits.inAll), { name: base, value: ofBase }),
  ];
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}
