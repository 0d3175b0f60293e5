import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What this replica counts, in Prometheus' text form at `/metrics`. No label holds an id or a word of a user. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time until the response's head was ready",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10],
    registers: [this.registry],
  });
  readonly runs = new Counter({
    name: "assistant_runs_total",
    help: "Runs that left this replica, by how: done, waiting, queued, stopped, or why they failed",
    labelNames: ["outcome"],
    registers: [this.registry],
  });
  readonly streams = new Gauge({
    name: "open_streams",
    help: "Event streams that are open now",
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
