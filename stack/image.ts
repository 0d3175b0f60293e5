import { Image } from "@pulumi/docker/image.js";
import type { Provider } from "@pulumi/docker/provider.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  ResourceHook,
} from "@pulumi/pulumi";
import { contentTag } from "./content-tag.ts";
import type { DockerDaemon } from "./docker-daemon.ts";
import { pruneImages } from "./prune.ts";

export type AppImageArgs = {
  /** The folder that is sent to the builder, relative to the program. */
  context: string;
  dockerfile: string;
  /** `linux/amd64` or `linux/arm64`. */
  platform: string;
  /** Arguments of the Dockerfile. */
  buildArgs: Record<string, string>;
  /** Any text; a new one makes a new image of the same files. */
  rebuild: string;
  /** Host and path of the registry to push to; `undefined` leaves the image where it was built. */
  registry: string | undefined;
  /** For the registry. Without it the builder uses what `docker login` stored. */
  login: { username: string; password: Output<string> } | undefined;
  /** The builder. */
  provider: Provider;
  /** What says that the builder's images are gone: a new value builds again, though no file changed. */
  builtIn: Input<string> | undefined;
  /** Where old images are removed; `undefined` removes none. */
  pruneIn: DockerDaemon | undefined;
};

/**
 * An image whose tag is made of what goes into it. So the tag is known at preview, the diff of whoever uses it shows it,
 * and pods roll exactly when something changed.
 */
export class AppImage extends ComponentResource {
  readonly repository: string;
  /** Becomes known to resources only when the image is built. */
  readonly tag: Output<string>;
  /** `repository:tag`. */
  readonly imageName: Output<string>;

  constructor(name: string, args: AppImageArgs, opts?: ComponentResourceOptions) {
    super("todo:stack:AppImage", name, {}, opts);
    const { context, dockerfile, platform, buildArgs, rebuild, registry, login } = args;
    this.repository = registry === undefined ? name : `${registry}/${name}`;
    const tag = contentTag({ context, dockerfile, platform, args: buildArgs, rebuild });

    const image = new Image(
      name,
      {
        imageName: `${this.repository}:${tag}`,
        build: { context, dockerfile, platform, args: buildArgs, builderVersion: "BuilderBuildKit" },
        skipPush: registry === undefined,
        ...(registry !== undefined && login !== undefined && { registry: { server: hostOf(registry), ...login } }),
      },
      {
        parent: this,
        provider: args.provider,
        // Docker's provider never looks whether the image is still there.
        ...(args.builtIn !== undefined && { replacementTrigger: args.builtIn }),
        ...(args.pruneIn !== undefined && { hooks: pruneAfterwards(this.repository, tag, args.pruneIn) }),
      },
    );
    this.imageName = image.imageName;
    this.tag = image.imageName.apply((fullName) => fullName.slice(fullName.lastIndexOf(":") + 1));
    this.registerOutputs({ imageName: this.imageName });
  }
}

/** Not at delete: Pulumi would refuse a plain `pulumi destroy`, because hooks need the program. */
function pruneAfterwards(repository: string, tag: string, daemon: DockerDaemon) {
  const hook = new ResourceHook(
    `prune-${repository}`,
    async () => {
      await pruneImages(daemon, repository, tag);
    },
    { ignoreErrors: true },
  );
  return { afterCreate: [hook], afterUpdate: [hook] };
}

function hostOf(registry: string): string {
  return registry.split("/", 1)[0] ?? registry;
}
