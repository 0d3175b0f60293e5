/** The places where the fault tests kill a backend: before and after each commit that matters. */
export const failpoints = [
  "message:before",
  "message:after",
  "journal:before",
  "journal:after",
  "tool:before",
  "tool:after",
  "chunk:before",
  "chunk:after",
  "finish:before",
  "finish:after",
] as const;
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
