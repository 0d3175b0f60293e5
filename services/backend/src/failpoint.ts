import type { failpoints } from "./env.ts";

/** See `failpoints`. */
export type Failpoint = (typeof failpoints)[number];

let armed: Failpoint | undefined;

/** Makes the process kill itself, as a power cut would, the next time it comes to `point`. */
export function armFailpoint(point: Failpoint): void {
  armed = point;
}

/** Dies here when armed; otherwise one comparison. */
export function failpoint(point: Failpoint): void {
  if (armed === point) process.kill(process.pid, "SIGKILL");
}
