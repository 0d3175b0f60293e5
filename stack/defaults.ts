/** What counts where the stack's settings say nothing. Pulumi.yaml and the charts repeat some of it; a test compares. */
export const DEFAULTS = {
  minikubeProfile: "minikube",
  namespace: "todo",
  frontend: { replicas: 2, nodePort: 30000 },
  backend: { replicas: 1, nodePort: 30001 },
  postgres: { enabled: true, size: "1Gi", storageClassName: "", tag: "18" },
} as const;
