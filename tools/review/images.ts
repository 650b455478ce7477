/** Which images change version, and who runs them. */
import { parseImage, type Image } from "../../config/image";
import type { StepMetadata } from "./events";
import type { ImageChange } from "./model";
import { kindOf, nameOf } from "./urn";
import { isObject } from "./values";

/** Keys whose text is an image reference. */
const IMAGE_KEY = /^(image|imageName|imageRef)$/;

export function imageChanges(steps: StepMetadata[]): ImageChange[] {
  const changes = new Map<string, ImageChange & { whose: Set<string> }>();
  for (const step of steps) {
    const before = imagesIn(step.old?.inputs);
    const after = imagesIn(step.new?.inputs);
    for (const image of new Set([...before.keys(), ...after.keys()])) {
      const [old, now] = [before.get(image), after.get(image)];
      if (old === now) continue;
      const key = JSON.stringify([image, old, now]);
      const known = changes.get(key) ?? {
        image,
        ...(old === undefined ? {} : { before: old }),
        ...(now === undefined ? {} : { after: now }),
        users: [],
        whose: new Set<string>(),
      };
      known.whose.add(`${kindOf(step.type)} ${nameOf(step.urn)}`);
      changes.set(key, known);
    }
  }
  return [...changes.values()]
    .map(({ whose, ...change }) => ({ ...change, users: [...whose].sort() }))
    .sort((a, b) => (a.image < b.image ? -1 : a.image > b.image ? 1 : 0));
}

/** Image name -> its version. Several versions of one image in one resource are listed together. */
function imagesIn(value: unknown): Map<string, string> {
  const found = new Map<string, Set<string>>();
  visit(value, (key, text) => {
    if (!IMAGE_KEY.test(key)) return;
    const image = parseImage(text);
    if (image === undefined) return;
    const name = nameOfImage(image);
    found.set(name, (found.get(name) ?? new Set()).add(versionOf(image)));
  });
  return new Map([...found].map(([name, versions]) => [name, [...versions].sort().join(", ")]));
}

function visit(value: unknown, see: (key: string, text: string) => void, key = ""): void {
  if (typeof value === "string") see(key, value);
  else if (Array.isArray(value)) for (const item of value) visit(item, see, key);
  else if (isObject(value)) for (const [name, inner] of Object.entries(value)) visit(inner, see, name);
}

const nameOfImage = (image: Image) =>
  image.registry === "docker.io"
    ? image.repository.replace(/^library\//, "")
    : `${image.registry}/${image.repository}`;

/** The tag, and enough of the digest to tell it from another. */
export function versionOf({ tag, digest }: Pick<Image, "tag" | "digest">): string {
  const short = digest === undefined ? "" : `@${digest.slice("sha256:".length, "sha256:".length + 12)}`;
  return `${tag ?? (digest === undefined ? "latest" : "")}${short}`;
}
