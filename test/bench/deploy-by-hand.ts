import { writeFileSync } from "node:fs";
import path from "node:path";
import { NAMESPACE, PAGE } from "../support/stack/cluster.ts";
import { NODE_PORTS, PROFILE } from "../support/stack/profile.ts";
import { COPY, LONG, must } from "../support/stack/world.ts";

/** What brings a changed repository into the cluster, and out again. */
export type Deployer = {
  name: string;
  /** Ends when the new pods are ready. */
  deploy: () => Promise<unknown>;
  setLogLevel: (level: string) => Promise<void>;
  /** Leaves no object and no image. */
  remove: () => Promise<unknown>;
};

let logLevel = "info";
const value = (name: string, text: string) => `--from-literal=${name}=${text}`;
const AUTH = value("auth-secret", "only for a measurement, but long enough");
const SECRETS = [
  ["postgres-secrets", value("password", "measured")],
  ["frontend-secrets", AUTH],
  [
    "backend-secrets",
    AUTH,
    value("auth-url", PAGE),
    value("database-url", "postgres://todo:measured@postgres:5432/todo"),
  ],
];

/**
 * The steps that people type, as a script that does the same work: docker build twice, kubectl create secret, helm upgrade
 * --install, each for the database too. An image is tagged with its own id, so that pods roll when it is another one; with
 * a fixed tag, as such scripts mostly have it, they would not.
 */
export const byHand: Deployer = {
  name: "by hand",
  deploy: () => script(deployScript()),
  setLogLevel: async (level) => {
    logLevel = level;
  },
  remove: () => script(REMOVE),
};

function deployScript(): string {
  const secrets = SECRETS.map((args) => `secret ${args.map((arg) => `'${arg}'`).join(" ")}`);
  return `
kube() { kubectl --context ${PROFILE} "$@"; }
secret() { kube create secret generic "$@" -n ${NAMESPACE} --dry-run=client -o yaml | kube apply -f -; }
build() {
  docker build --quiet --iidfile "$1.iid" -f "Dockerfile.$1" -t "todo-$1" .
  tag=$(cut -c8-19 "$1.iid")
  docker tag "todo-$1" "todo-$1:$tag"
}
install() { helm upgrade --install "$@" --kube-context ${PROFILE} -n ${NAMESPACE} --wait; }
eval "$(minikube -p ${PROFILE} docker-env --shell bash)"
export DOCKER_BUILDKIT=1
build backend; backend=$tag
build frontend; frontend=$tag
kube create namespace ${NAMESPACE} --dry-run=client -o yaml | kube apply -f -
kube label --overwrite namespace ${NAMESPACE} pod-security.kubernetes.io/enforce=restricted
${secrets.join("\n")}
install postgres helm/postgres
install backend helm/backend --set image.tag=$backend,service.nodePort=${NODE_PORTS[1]},logLevel=${logLevel}
install frontend helm/frontend --set image.tag=$frontend,service.nodePort=${NODE_PORTS[0]}
`;
}

const REMOVE = `
helm uninstall frontend backend postgres --kube-context ${PROFILE} -n ${NAMESPACE}
kubectl --context ${PROFILE} delete namespace ${NAMESPACE}
eval "$(minikube -p ${PROFILE} docker-env --shell bash)"
docker image ls --format '{{.Repository}}:{{.Tag}}' | grep '^todo-' | xargs docker image rm --force
`;

async function script(text: string): Promise<void> {
  // Outside of what the images are made of.
  const file = path.join(COPY, "..", "by-hand.sh");
  writeFileSync(file, text);
  await must("bash", ["-euo", "pipefail", file], LONG);
}
