import { PolicyPack } from "@pulumi/policy";
import { latestTags, missingLimits, rootContainers, visibleSecrets } from "./rules.ts";

// `pulumi preview --policy-pack stack/policy`. JavaScript, because Pulumi would compile TypeScript here with an old compiler.

new PolicyPack("todo", {
  enforcementLevel: "mandatory",
  policies: [
    policy(
      "pinned-images",
      "Every image names a version, never latest: what runs must not change by itself.",
      latestTags,
    ),
    policy("limits", "Every container says how much CPU and memory it asks for and gets at most.", missingLimits),
    policy("no-root", "No container runs as root, or may become it.", rootContainers),
    policy("no-visible-secrets", "Secrets stand in Secrets: not in values, variables or ConfigMaps.", visibleSecrets),
  ],
});

/**
 * @param {string} name
 * @param {string} description
 * @param {(type: string, props: Record<string, unknown>) => string[]} violations
 * @returns {import("@pulumi/policy").ResourceValidationPolicy}
 */
function policy(name, description, violations) {
  return {
    name,
    description,
    validateResource: ({ type, props }, reportViolation) => {
      for (const violation of violations(type, props)) {
        reportViolation(violation);
      }
    },
  };
}
