import { jsonOf } from "./json-of.mjs";

/**
 * @typedef {object} Report
 * @property {{ filename: string, kind: string, name: string, msg: string }[]} [resources]
 * @property {{ valid: number, invalid: number, errors: number, skipped: number }} summary
 */

/**
 * What in rendered objects the API of a Kubernetes version does not know or takes otherwise.
 * @param {string} program
 * @param {string[]} files YAML documents
 * @param {{ schemas: string, kubernetesVersion: string, signal?: AbortSignal }} options
 * @returns {Promise<string[]>} a line for each faulty object
 */
export async function validate(program, files, { schemas, kubernetesVersion, signal }) {
  const options = ["-strict", "-summary", "-output=json", `-schema-location=${schemas}`];
  const args = [...options, `-kubernetes-version=${kubernetesVersion}`, ...files];
  /** @type {Report} */
  const { resources = [], summary } = await jsonOf(program, args, signal);
  const seen = summary.valid + summary.invalid + summary.errors;
  if (seen < files.length || summary.skipped > 0) {
    throw new Error(`kubeconform saw ${seen} objects in ${files.length} files and skipped ${summary.skipped}`);
  }
  return resources.map(({ filename, kind, name, msg }) => `${filename}: ${kind} ${name}: ${msg}`);
}
