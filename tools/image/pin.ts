/** A stack file's images by what their tags stand for: the digests that registries tell, written behind the tags. */
import { createHash } from "node:crypto";
import { isMap, isScalar, LineCounter, parseDocument, type Scalar } from "yaml";
import { parseImage } from "../../config/image";
import { NAMESPACE } from "../../config/source";
import { Failure, messageOf } from "../../toolchain/lib/failure";
import { quiet, type Step } from "../../toolchain/lib/progress";
import { run } from "../../toolchain/lib/run";
import { onThisMachine } from "../../toolchain/images/push";
import { ensurePackages } from "../../toolchain/packages";

export interface Pinned {
  /** `parts.api.image` */
  readonly key: string;
  readonly image: string;
  /** The same by digest. */
  readonly by: string;
}

export interface PinOptions {
  /** Asks for images that have a digest too: what their tags stand for now. */
  refresh?: boolean | undefined;
  step?: Step;
  /** What a tag stands for. @default - the registry is asked */
  ask?: (image: string) => Promise<string>;
}

/**
 * The text with a digest behind each image that had none. Nothing else of it changes, not a space: the file is somebody's.
 * All images that no registry knows are said at once, and then nothing is written.
 */
export async function pinText(
  text: string,
  where: string,
  { refresh = false, step = quiet, ask }: PinOptions = {},
): Promise<{ text: string; pinned: Pinned[]; had: number }> {
  const named = imagesOf(text, where);
  const open = named.filter(({ image }) => refresh || !image.includes("@"));
  const digest = ask ?? (open.length === 0 ? undefined : await asking(step));
  const problems: { line: number; said: string }[] = [];
  const found = await Promise.all(
    open.map(async ({ key, image, node, line }) => {
      const wrong = (what: string) => {
        problems.push({ line, said: `${where}:${line}: ${key}: ${what}` });
        return [];
      };
      const { tag } = parseImage(image) ?? {};
      if (tag === undefined) {
        return wrong(`found ${image}; wanted an image with a tag, such as ghcr.io/acme/api:1.2.3`);
      }
      const [name = ""] = image.split("@");
      try {
        const by = `${name}@${(await digest?.(name)) ?? ""}`;
        return by === image ? [] : [{ key, image, by, node }];
      } catch (error) {
        return wrong(messageOf(error));
      }
    }),
  );
  if (problems.length > 0) {
    throw new Failure("some images could not be pinned, so nothing was written", {
      details: problems.sort((one, other) => one.line - other.line).map(({ said }) => said),
      next: "see that the tags are there and that you are logged in to their registries (docker login), then run it again",
    });
  }
  const changes = found.flat();
  return {
    text: replaced(text, changes),
    pinned: changes.map(({ key, image, by }) => ({ key, image, by })),
    had: named.length - open.length,
  };
}

interface Named {
  key: string;
  image: string;
  node: Scalar;
  line: number;
}

/** Images that the stack runs. Where a build is pushed to is no such image: its push says the digest. */
function imagesOf(text: string, where: string): Named[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) throw new Failure(`${where} is no YAML that can be read: ${broken.message}`);
  const parts = document.getIn(["config", `${NAMESPACE}:parts`]);
  const names = isMap(parts) ? parts.items.map(({ key }) => (isScalar(key) ? String(key.value) : "")) : [];
  const keys = [
    ...names.map((part) => ["parts", part, "image"]),
    ["postgres", "image"],
    ["redis", "image"],
    ["redis", "exporterImage"],
  ];
  const seen = new Set<Scalar>();
  return keys.flatMap(([store = "", ...below]) => {
    const node = document.getIn(["config", `${NAMESPACE}:${store}`, ...below], true);
    if (!isScalar(node) || typeof node.value !== "string" || seen.has(node)) return [];
    seen.add(node);
    const { line } = lines.linePos(node.range?.[0] ?? 0);
    return [{ key: [store, ...below].join("."), image: node.value, node, line }];
  });
}

/** From the end on, so that what is before stays where it was. */
function replaced(text: string, changes: readonly { image: string; by: string; node: Scalar }[]): string {
  return [...changes]
    .sort((one, other) => (other.node.range?.[0] ?? 0) - (one.node.range?.[0] ?? 0))
    .reduce((said, { image, by, node }) => {
      const [from, to] = node.range ?? [0, 0];
      return said.slice(0, from) + said.slice(from, to).replace(image, by) + said.slice(to);
    }, text);
}

/** The digest of what a registry has under a tag: of all platforms at once where there are several. */
async function asking(step: Step): Promise<(image: string) => Promise<string>> {
  await ensurePackages(["skopeo"], step);
  return async (image) => {
    const { registry, repository, tag } = parseImage(image) ?? {};
    step.note(`asking for ${image}`);
    const { stdout } = await run("skopeo", [
      "inspect",
      "--raw",
      ...(onThisMachine(registry ?? "") ? ["--tls-verify=false"] : []),
      `docker://${registry}/${repository}:${tag}`,
    ]).catch((error: unknown) => {
      throw new Failure(`${image}: ${reason(error)}`, { cause: error });
    });
    return `sha256:${createHash("sha256").update(stdout).digest("hex")}`;
  };
}

/** What the registry said, without the way skopeo wraps it. */
function reason(error: unknown): string {
  const details = error instanceof Failure ? error.details : [];
  return /msg="(.*)"$/m.exec(details.join("\n"))?.[1]?.replaceAll('\\"', '"') ?? messageOf(error);
}
