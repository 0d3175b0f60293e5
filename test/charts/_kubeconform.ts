import { jsonOf } from "./_json-of.ts";

type Report = {
  resources?: { filename: string; kind: string; name: string; msg: string }[];
  summary: { valid: number; invalid: number; errors: number; skipped: number };
};

/**
 * What in rendered objects the API of a Kubernetes version does not know or takes otherwise.
 * @param files YAML documents
 * @returns a line for each faulty object
 */
export async function validate(
  program: string,
  files: readonly string[],
  { schemas, kubernetesVersion }: { schemas: string; kubernetesVersion: string },
): Promise<string[]> {
  const options = ["-strict", "-summary", "-output=json", `-schema-location=${schemas}`];
  const args = [...options, `-kubernetes-version=${kubernetesVersion}`, ...files];
  const { resources = [], summary } = await jsonOf<Report>(program, args);
  const seen = summary.valid + summary.invalid + summary.errors;
  if (seen < files.length || summary.skipped > 0) {
    throw new Error(`kubeconform saw ${seen} objects in ${files.length} files and skipped ${summary.skipped}`);
  }
  return resources.map(({ filename, kind, name, msg }) => `${filename}: ${kind} ${name}: ${msg}`);
}
