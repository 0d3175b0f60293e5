/** What counts where the stack's settings say nothing. Pulumi.yaml and the charts repeat some of it; a test compares. */
export const DEFAULTS = {
  stack: "dev",
  minikubeProfile: "minikube",
  namespace: "todo",
  frontend: { replicas: 2, nodePort: 30000 },
  backend: { replicas: 1, nodePort: 30001 },
  autoscaling: { minReplicas: 2, maxReplicas: 5 },
  postgres: { enabled: true, size: "1Gi", storageClassName: "", tag: "18" },
} as const;

/** What follows the name of one of the project's scripts, for a stack. */
export function forStack(stack: string): string {
  return stack === DEFAULTS.stack ? "" : ` -- ${stack}`;
}
