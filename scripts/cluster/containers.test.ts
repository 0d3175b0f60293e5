import { expect, it } from "vitest";
import { startedContainers } from "./kubectl.ts";

it("finds the containers that have begun, those that make ready too", () => {
  const items = [
    {
      metadata: { name: "backend-1" },
      status: {
        initContainerStatuses: [{ name: "migrate", containerID: "docker://m" }],
        containerStatuses: [{ name: "backend", state: { waiting: { reason: "PodInitializing" } } }],
      },
    },
    {
      metadata: { name: "frontend-1" },
      status: { containerStatuses: [{ name: "frontend", containerID: "docker://f" }] },
    },
    { metadata: { name: "frontend-2" }, status: {} },
  ];
  expect(startedContainers(JSON.stringify({ items }))).toEqual([
    { id: "docker://m", pod: "backend-1", name: "migrate" },
    { id: "docker://f", pod: "frontend-1", name: "frontend" },
  ]);
});
