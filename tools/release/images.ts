/** What the parts of a stack really run: image by digest, as the nodes pulled it. */
import { parseImage } from "../../config/image";
import type { Settings } from "../../config";
import type { Kube, KubeObject } from "./kube";

interface Pod extends KubeObject {
  spec: { containers: { name: string; image: string }[] };
  status?: { containerStatuses?: { name: string; imageID?: string }[] };
}

const PREFIX = "app.kubernetes.io";

/** By part: `repository:tag@sha256:…`; without the digest where no node can tell one that could be pulled again. */
export async function runningImages(
  kube: Kube,
  { namespace, product, parts }: Pick<Settings, "namespace" | "product" | "parts">,
): Promise<Record<string, string>> {
  const pods = await kube.list<Pod>("pod", namespace, `${PREFIX}/part-of=${product}`);
  const newest = pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .sort((a, b) => time(b) - time(a));
  const found: Record<string, string> = {};
  for (const [name, part] of Object.entries(parts)) {
    const said = part.image?.text;
    const own = newest.filter(({ metadata }) => metadata.labels?.[`${PREFIX}/name`] === name);
    const pod = own.find(
      (one) => said === undefined || one.spec.containers.some(({ image }) => image === said),
    );
    const container = pod?.spec.containers.find(({ image }) => said === undefined || image === said);
    const id = pod?.status?.containerStatuses?.find((one) => one.name === container?.name)?.imageID;
    const image = said ?? container?.image;
    if (image !== undefined) found[name] = pinned(image, id);
  }
  return found;
}

const time = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp ?? "");

/** An image with the digest the node names, if that is one of the same repository: others cannot be pulled by it. */
export function pinned(image: string, imageId: string | undefined): string {
  const wanted = parseImage(image);
  const pulled = parseImage((imageId ?? "").replace(/^[\w-]+:\/\//, ""));
  if (wanted === undefined || wanted.digest !== undefined || pulled?.digest === undefined) return image;
  if (pulled.registry !== wanted.registry || pulled.repository !== wanted.repository) return image;
  return `${image}@${pulled.digest}`;
}
