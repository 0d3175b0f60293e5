import { readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../local/paths.mjs";
import { lockedPackages, nameOf } from "./packages.ts";

type Component = {
  type: "library";
  "bom-ref": string;
  group?: string;
  name: string;
  version: string;
  scope: "required";
  licenses: [{ expression: string }];
  hashes: [{ alg: "SHA-512"; content: string }];
  purl: string;
};

/** A software bill of materials in CycloneDX's form, version 1.6 (ECMA-424). */
export type BillOfMaterials = {
  bomFormat: "CycloneDX";
  specVersion: "1.6";
  version: 1;
  metadata: { component: { type: "container"; name: string; version: string; licenses: [{ expression: string }] } };
  components: Component[];
};

/**
 * What is in an image besides its base: the packages in these folders of package-lock.json.
 * @throws Error for a package without version, licence or checksum
 */
export function billOfMaterials(image: string, folders: readonly string[]): BillOfMaterials {
  const { version, license } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
  const packages = lockedPackages();
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "container", name: image, version, licenses: [{ expression: license }] } },
    components: folders.map((folder) => {
      const locked = packages[folder];
      const sha512 = /^sha512-(.+)$/.exec(locked?.integrity ?? "")?.[1];
      if (!locked?.license || !sha512) throw new Error(`package-lock.json has no licence or checksum of ${folder}`);
      return component(nameOf(folder), locked.version, locked.license, sha512);
    }),
  };
}

function component(fullName: string, version: string, license: string, sha512: string): Component {
  const [, group, name = fullName] = /^(@[^/]+)\/(.+)$/.exec(fullName) ?? [];
  // https://github.com/package-url/purl-spec: the @ of a scope is percent-encoded.
  const purl = `pkg:npm/${group === undefined ? "" : `${group.replace("@", "%40")}/`}${name}@${version}`;
  return {
    type: "library",
    "bom-ref": purl,
    ...(group !== undefined && { group }),
    name,
    version,
    scope: "required",
    licenses: [{ expression: license }],
    hashes: [{ alg: "SHA-512", content: Buffer.from(sha512, "base64").toString("hex") }],
    purl,
  };
}
