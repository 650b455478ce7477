/** An image built from source and pushed, to be deployed by the digest of the push. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions, type Transform } from "./component";

export interface ImageArgs {
  /** Folder it is built from. */
  readonly context: string;
  /** Dockerfile, below `context`. @default "Dockerfile" */
  readonly dockerfile?: string | undefined;
  /** Stage to build. @default - the last */
  readonly target?: string | undefined;
  /** Build arguments. Never secrets: they stay in the image. @default {} */
  readonly args?: Readonly<Record<string, string>>;
  /** Architecture to build for. @default ["linux/amd64"] */
  readonly platforms?: readonly string[];
  /** Repository and tag to push to. */
  readonly image: string;
  /** Login at its registry. @default - the machine's own */
  readonly registry?:
    | { readonly server: string; readonly username: string; readonly password: pulumi.Input<string> }
    | undefined;
  readonly transform?: { readonly build?: Transform<docker.ImageArgs> };
}

/**
 * ```ts
 * const image = new Image("api", { context: "./api", image: "ghcr.io/acme/api:main" });
 * new Api("api", { space, image: image.digest, port: 8000 });
 * ```
 */
export class Image extends Component<NonNullable<ImageArgs["transform"]>> {
  /** `repository@sha256:…`: what was pushed, and nothing else ever. */
  readonly digest: pulumi.Output<string>;

  constructor(name: string, args: ImageArgs, opts?: ComponentOptions) {
    super("Image", `${name}-image`, args.transform, opts);
    const [platform = "linux/amd64", ...more] = args.platforms ?? [];
    if (more.length > 0) {
      throw new Error(
        `${this.called}: one platform a build; build the image for several in your pipeline and name it`,
      );
    }
    const { server, username, password } = args.registry ?? {};
    const built = this.child("build", docker.Image, {
      build: {
        args: { ...args.args },
        context: args.context,
        dockerfile: `${args.context}/${args.dockerfile ?? "Dockerfile"}`,
        platform,
        ...(args.target === undefined ? {} : { target: args.target }),
      },
      imageName: args.image,
      ...(password === undefined
        ? {}
        : { registry: { password: pulumi.secret(password), server, username } }),
    });
    this.digest = built.repoDigest;
    this.finish({ digest: this.digest });
  }
}
