/**
 * @typedef {object} Status the fields of Kubernetes' container status that are read here
 * @property {string} name
 * @property {string} [containerID] of the one that runs, or ran last
 */

/**
 * The containers of some pods that have begun and so have a log. One that was started again has another id.
 * @param {string} json what `kubectl get pods -o json` prints
 * @returns {{ id: string, pod: string, name: string }[]}
 */
export function startedContainers(json) {
  /** @type {{ items: { metadata: { name: string }, status: { initContainerStatuses?: Status[], containerStatuses?: Status[] } }[] }} */
  const { items } = JSON.parse(json);
  return items.flatMap(({ metadata, status }) =>
    [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(({ name, containerID }) =>
      containerID ? [{ id: containerID, pod: metadata.name, name }] : [],
    ),
  );
}
