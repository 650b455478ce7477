/** What an image of ours is made of: layers, and how its process starts. The list is list.ts. */
import type { Recipe } from "../cache";

export interface Image {
  name: string;
  version: string;
  /** The public image that staging and production run in the same role. */
  upstream: string;
  /** Further names it is looked for by, in our registry: `name:version`. */
  aliases?: string[];
  layers: Layer[];
  /** Who its process is, numerically, so that a cluster can see that it is not root. */
  user: string;
  entrypoint: string[];
  command?: string[];
  env?: Record<string, string>;
  workdir?: string;
}

export type Layer = DebianLayer | FilesLayer;

/** A root file system of Debian packages with what they depend on. */
export interface DebianLayer {
  kind: "debian";
  packages: string[];
  /** `minbase`: a small Debian; `extract`: nothing but the packages' files, for static programs. */
  variant: "minbase" | "extract";
  /** Shell lines run as root over the finished root, "$1". */
  after?: string[];
  /** Shell lines run before the packages are configured, "$1" being the root. */
  before?: string[];
}

/** Single files on top: programs built by a recipe, texts, links, folders. */
export interface FilesLayer {
  kind: "files";
  files: ImageFile[];
}

export type ImageFile = { to: string; mode?: number; owner?: number } & (
  | { program: Recipe; file: string }
  /** A whole folder of what a recipe makes. */
  | { program: Recipe; tree: string }
  | { text: string }
  | { link: string }
  | { folder: true }
);

/** The registry part of our names: it exists nowhere, so nothing is ever pulled from it by mistake. */
export const registry = "slipway.local";

export const reference = (image: Pick<Image, "name" | "version">) =>
  `${registry}/${image.name}:${image.version}`;

const NOBODY = "65532";

/** An image of one static program and nothing else but what every process expects: /tmp, a user, root certificates. */
export function staticImage(
  about: Pick<Image, "name" | "version" | "upstream"> & Partial<Image>,
  program: Recipe,
  file: string,
  more: ImageFile[] = [],
): Image {
  return {
    user: NOBODY,
    entrypoint: [`/${file}`],
    layers: [{ kind: "files", files: [...basics, { to: `/${file}`, program, file, mode: 0o755 }, ...more] }],
    ...about,
  };
}

export const basics: ImageFile[] = [
  { to: "/tmp", folder: true, mode: 0o1777 },
  {
    to: "/etc/passwd",
    text: `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${NOBODY}:${NOBODY}:nonroot:/tmp:/sbin/nologin\n`,
  },
  { to: "/etc/group", text: `root:x:0:\nnonroot:x:${NOBODY}:\n` },
  { to: "/etc/nsswitch.conf", text: "hosts: files dns\n" },
];
