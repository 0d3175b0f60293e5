import digests from "../security/base-images.json" with { type: "json" };

/** The images on which ours are built, by their tags, with the digests to which the pin holds them. */
const BASES = { backend: "node:24-slim", frontend: "node:24-alpine" } as const;

/**
 * The arguments of a Dockerfile that hold its base to a digest, or to nothing but the tag.
 * @param isPinned whether the builder can get that exact image: one without a network has only what it has
 */
export function baseArgs(image: keyof typeof BASES, isPinned: boolean): Record<string, string> {
  return isPinned ? { NODE_DIGEST: digests[BASES[image]] } : {};
}
