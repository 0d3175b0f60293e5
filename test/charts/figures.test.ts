import { describe, expect, it } from "vitest";
import { objectsOf, only, serverOf, serverPod, workload } from "./_objects.ts";

const SERVERS = [
  {
    chart: "frontend",
    replicas: 2,
    nodePort: 30_000,
    port: 3000,
    limits: { cpu: "500m", memory: "512Mi" },
    alive: "/api/health",
    aliveAfter: 10,
    ready: "/api/health",
  },
  {
    chart: "backend",
    replicas: 1,
    nodePort: 30_001,
    port: 8000,
    limits: { cpu: "1000m", memory: "1Gi" },
    // Never the database: no restart of the backend would cure its outage.
    alive: "/api/live",
    aliveAfter: 15,
    ready: "/api/health",
  },
];

describe.each(SERVERS)("$chart by default", ({ chart, replicas, nodePort, port, limits, alive, aliveAfter, ready }) => {
  it("has the promised pods, port and limits", async () => {
    const objects = await objectsOf(chart);
    const server = serverOf(objects);
    expect(workload(objects).spec?.replicas).toBe(replicas);
    expect(only("Service", objects).spec).toMatchObject({ type: "NodePort", ports: [{ port, nodePort }] });
    expect(server.ports?.map(({ containerPort }) => containerPort)).toEqual([port]);
    expect(server.resources?.limits).toMatchObject(limits);
    expect(server.image).toBe(`todo-${chart}:0.1.0`);
  });

  it("is asked whether it lives, and later and apart from that whether it can serve", async () => {
    const { livenessProbe, readinessProbe, startupProbe } = serverOf(await objectsOf(chart));
    expect(livenessProbe).toMatchObject({
      httpGet: { path: alive },
      initialDelaySeconds: aliveAfter,
      periodSeconds: 10,
    });
    expect(readinessProbe).toMatchObject({ httpGet: { path: ready }, periodSeconds: 5 });
    // A delay would keep a restarted pod out of service although it answers; waiting is the startup probe's work.
    expect(readinessProbe?.initialDelaySeconds ?? 0).toBe(0);
    expect(startupProbe).toMatchObject({ httpGet: { path: alive } });
  });

  it("is never below its number during an update, and ends streams before it is killed", async () => {
    const objects = await objectsOf(chart);
    expect(workload(objects).spec?.["strategy"]).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
    const [sleep, grace] = [serverOf(objects)["lifecycle"], serverPod(objects).spec.terminationGracePeriodSeconds ?? 0];
    const { seconds } = (sleep as { preStop: { sleep: { seconds: number } } }).preStop.sleep;
    expect(seconds).toBeGreaterThan(0);
    expect(grace).toBeGreaterThan(seconds + 10);
  });
});

describe("the backend", () => {
  it("migrates the database before it starts, with its own image and settings", async () => {
    const objects = await objectsOf("backend");
    const server = serverOf(objects);
    const [migrate, ...others] = serverPod(objects).spec.initContainers ?? [];
    expect(others).toEqual([]);
    expect(migrate?.command).toEqual(["node", "dist/migrate.js", "--wait"]);
    expect([migrate?.image, migrate?.env]).toEqual([server.image, server.env]);
  });
});

describe("postgres by default", () => {
  it("is one pod with a volume that outlives it, reached inside of the cluster alone", async () => {
    const objects = await objectsOf("postgres");
    const { spec } = only("StatefulSet", objects);
    expect(spec?.replicas).toBe(1);
    expect(spec?.["persistentVolumeClaimRetentionPolicy"]).toEqual({ whenDeleted: "Retain", whenScaled: "Retain" });
    expect(spec?.["volumeClaimTemplates"]).toMatchObject([{ metadata: { name: "data" } }]);
    expect(only("Service", objects).spec).toMatchObject({ type: "ClusterIP", ports: [{ port: 5432 }] });
    expect(serverOf(objects).image).toBe("postgres:18");
  });

  it("mounts its volume where the image of PostgreSQL 18 keeps its data", async () => {
    const mounts = serverOf(await objectsOf("postgres"))["volumeMounts"];
    expect(mounts).toContainEqual({ name: "data", mountPath: "/var/lib/postgresql" });
  });
});
