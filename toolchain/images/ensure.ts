/** Brings images into the embedded cluster's containerd: built if need be, imported only when they are not there. */
import { files } from "../cluster/layout";
import type { Step } from "../lib/progress";
import { run } from "../lib/run";
import { buildImage, type Built } from "./archive";
import { registry, type Image } from "./image";
import { image } from "./list";

const ctr = (args: string[]) => run("ctr", ["--address", files.containerd, "--namespace", "k8s.io", ...args]);

/** The named images of the list, ready to run; answers how pods name them, by name. */
export async function ensureImages(names: string[], step: Step): Promise<Map<string, Built>> {
  return ensureBuilt(names.map(image), step);
}

/** The same for images that are no part of the list, such as a product's own. */
export async function ensureBuilt(wanted: Image[], step: Step): Promise<Map<string, Built>> {
  const built = new Map<string, Built>();
  const there = await present();
  for (const each of wanted) {
    const made = await buildImage(each, step);
    const { reference, digest, archive } = made;
    built.set(each.name, made);
    if (there.get(reference) === digest) continue;
    step.note(`loading ${each.name}`);
    await ctr(["images", "import", archive]);
    // A stack may pin what it runs: then it is looked up by its digest.
    const names = [
      pinned({ reference, digest }),
      ...(each.aliases ?? []).map((alias) => `${registry}/${alias}`),
    ];
    for (const other of names) await ctr(["images", "tag", "--force", reference, other]);
  }
  return built;
}

/** "slipway.local/redis:7" -> "slipway.local/redis@sha256:…" */
export const pinned = ({ reference, digest }: Pick<Built, "reference" | "digest">) =>
  `${reference.replace(/:[^:/]+$/, "")}@${digest}`;

/** What containerd has: digest by name. */
async function present(): Promise<Map<string, string>> {
  const { stdout } = await ctr(["images", "list"]);
  const found = new Map<string, string>();
  for (const line of stdout.split("\n").slice(1)) {
    const [name, , digest] = line.split(/\s+/);
    if (name && digest) found.set(name, digest);
  }
  return found;
}
