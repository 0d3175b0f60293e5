import { type Container, containersOf, type Pod, type SecurityContext } from "./_objects.ts";

const VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];
const SECCOMP = ["RuntimeDefault", "Localhost"];
const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;

/**
 * What the Pod Security Standard "restricted" (with "baseline", which it contains) refuses in a pod.
 * @returns a line for each fault
 */
export function restrictedFaults(pod: Pod): string[] {
  const { spec } = pod;
  const faults: string[] = [];
  const check = (good: boolean, fault: string) => {
    if (!good) faults.push(fault);
  };

  for (const key of ["hostNetwork", "hostPID", "hostIPC"]) check(!spec[key], key);
  for (const volume of spec.volumes ?? []) {
    const type = Object.keys(volume).find((key) => key !== "name") ?? "none";
    check(VOLUMES.includes(type), `volume ${volume.name} of type ${type}`);
  }
  check(!spec.securityContext?.["sysctls"], "sysctls");
  check(usersAreFine(spec.securityContext ?? {}), "pod runs as root");
  check(seccompIsFine(spec.securityContext ?? {}), "seccomp of the pod");
  for (const annotation of Object.keys(pod.metadata.annotations ?? {})) {
    check(!annotation.startsWith("container.apparmor.security.beta"), "AppArmor by annotation");
  }
  for (const container of containersOf(pod)) {
    faults.push(
      ...containerFaults(container, spec.securityContext ?? {}).map((fault) => `${container.name}: ${fault}`),
    );
  }
  return faults;
}

function containerFaults(container: Container, ofPod: SecurityContext): string[] {
  const own = container.securityContext ?? {};
  const faults: string[] = [];
  const check = (good: boolean, fault: string) => {
    if (!good) faults.push(fault);
  };

  check(!own.privileged, "privileged");
  check(own.allowPrivilegeEscalation === false, "allowPrivilegeEscalation");
  check(own.capabilities?.drop?.includes("ALL") ?? false, "does not drop ALL capabilities");
  check(
    (own.capabilities?.add ?? []).every((name) => name === "NET_BIND_SERVICE"),
    "adds capabilities",
  );
  check((own.runAsNonRoot ?? ofPod.runAsNonRoot) === true, "runAsNonRoot");
  check(usersAreFine(own), "runs as root");
  check(seccompIsFine(own) && (own.seccompProfile ?? ofPod.seccompProfile) !== undefined, "seccomp");
  check((own["procMount"] ?? "Default") === "Default", "procMount");
  check(own["seLinuxOptions"] === undefined && ofPod["seLinuxOptions"] === undefined, "SELinux");
  check(own["appArmorProfile"] === undefined && ofPod["appArmorProfile"] === undefined, "AppArmor");
  check(own["windowsOptions"] === undefined && ofPod["windowsOptions"] === undefined, "Windows options");
  check(
    (container.ports ?? []).every(({ hostPort }) => hostPort === undefined),
    "hostPort",
  );
  check(
    PROBES.every((probe) => container[probe]?.httpGet?.host === undefined),
    "a probe of another host",
  );
  return faults;
}

function usersAreFine({ runAsUser, runAsNonRoot }: SecurityContext): boolean {
  return runAsUser !== 0 && runAsNonRoot !== false;
}

function seccompIsFine({ seccompProfile }: SecurityContext): boolean {
  return seccompProfile === undefined || SECCOMP.includes(seccompProfile.type);
}
