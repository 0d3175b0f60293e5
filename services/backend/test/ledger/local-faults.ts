import type { BackendProcess } from "../faults/backend-process.ts";
import type { Random } from "../faults/random.ts";
import type { Disk } from "./disk.ts";
import type { Fault } from "./nemesis.ts";
import type { FragilePostgres } from "./server.ts";
import type { Toxic, Way } from "./toxiproxy.ts";

type Parts = {
  backends: readonly BackendProcess[];
  postgres: FragilePostgres;
  ways: readonly Way[];
  disk: Disk | undefined;
  /** What faults last, as a share of what they last in the long form. */
  scale: number;
};

const MINUTE_MS = 60_000;
const DATABASE = "PostgreSQL";

/** Everything that can be done to processes of this machine. */
export function localFaults({ backends, postgres, ways, disk, scale }: Parts): Fault[] {
  const lasts = (from: number, to: number) => [from * scale, to * scale] as const;
  return [
    ...backends.flatMap((backend, i) => backendFaults(backend, `backend ${i + 1}`, lasts)),
    ...databaseFaults(postgres, lasts),
    ...(disk ? [fullDisk(disk, postgres, lasts)] : []),
    ...ways.flatMap((way, i) => wayFaults(way, `way ${i + 1}`, lasts)),
    ...(ways.length > 0 ? [allCut(ways, lasts)] : []),
  ];
}

type Lasts = (from: number, to: number) => readonly [number, number];
const nothing = async () => undefined;

function backendFaults(backend: BackendProcess, target: string, lasts: Lasts): Fault[] {
  const whole = { target, holds: [target] };
  return [
    {
      kind: "backend killed",
      ...whole,
      ms: lasts(0, 2_000),
      inflict: async () => {
        await backend.kill();
        return () => backend.start();
      },
    },
    {
      // Past its leases, which last 3 s.
      kind: "backend frozen",
      ...whole,
      ms: lasts(4_000, 16_000),
      inflict: async () => {
        backend.freeze();
        return async () => backend.thaw();
      },
    },
    {
      kind: "backend rolled",
      ...whole,
      ms: lasts(0, 500),
      inflict: async () => {
        await backend.end();
        return () => backend.start();
      },
    },
    {
      // It stays so until the next step or start.
      kind: "clock stepped",
      ...whole,
      ms: [0, 1],
      inflict: async (random) => {
        const minutes = random.between(1, 120) * (random.chance(0.5) ? 1 : -1);
        backend.tell({ clockOffsetMs: minutes * MINUTE_MS });
        return nothing;
      },
    },
  ];
}

function databaseFaults(postgres: FragilePostgres, lasts: Lasts): Fault[] {
  const whole = { target: DATABASE, holds: [DATABASE] };
  return [
    {
      kind: "PostgreSQL killed",
      ...whole,
      ms: lasts(0, 1_000),
      inflict: async () => {
        await postgres.kill();
        return () => postgres.revive();
      },
    },
    {
      kind: "PostgreSQL process killed",
      ...whole,
      ms: lasts(500, 1_000),
      inflict: async (random) => {
        postgres.killOne((count) => random.between(0, count));
        return () => postgres.revive();
      },
    },
    {
      kind: "PostgreSQL frozen",
      ...whole,
      ms: lasts(1_000, 10_000),
      inflict: async () => {
        postgres.freeze();
        return async () => postgres.thaw();
      },
    },
  ];
}

function fullDisk(disk: Disk, postgres: FragilePostgres, lasts: Lasts): Fault {
  return {
    kind: "disk full",
    target: DATABASE,
    holds: [DATABASE],
    ms: lasts(1_000, 5_000),
    inflict: async () => {
      disk.fill();
      return async () => {
        disk.free();
        // It gives up where its log finds no room.
        await postgres.revive();
      };
    },
  };
}

function wayFaults(way: Way, target: string, lasts: Lasts): Fault[] {
  const whole = { target, holds: [target] };
  const poisoned = (kind: string, ms: readonly [number, number], toxic: (random: Random) => Toxic): Fault => ({
    kind,
    ...whole,
    ms,
    inflict: (random) => way.poison(toxic(random), random.chance(0.5) ? "upstream" : "downstream"),
  });
  return [
    poisoned("slow network", lasts(2_000, 6_000), () => ({
      type: "latency",
      attributes: { latency: 500, jitter: 400 },
    })),
    poisoned("half-open connections", lasts(1_000, 8_000), () => ({ type: "timeout", attributes: { timeout: 0 } })),
    poisoned("cut in mid-message", lasts(500, 3_000), (random) => ({
      type: "limit_data",
      attributes: { bytes: random.between(1, 4_000) },
    })),
    poisoned("connections reset", lasts(500, 3_000), (random) => ({
      type: "reset_peer",
      attributes: { timeout: random.between(0, 300) },
    })),
    poisoned("connections closed slowly", lasts(500, 3_000), () => ({
      type: "slow_close",
      attributes: { delay: 1_000 },
    })),
  ];
}

function allCut(ways: readonly Way[], lasts: Lasts): Fault {
  return {
    kind: "all connections cut",
    target: "all ways",
    holds: ways.map((_, i) => `way ${i + 1}`),
    ms: lasts(500, 3_000),
    inflict: async () => {
      await Promise.all(ways.map((way) => way.close()));
      return async () => void (await Promise.all(ways.map((way) => way.open())));
    },
  };
}
