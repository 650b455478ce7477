/** Pushes images that were built here to a registry, by skopeo: layer by layer, digests kept, no Docker engine needed. */
import { ensurePackages } from "../packages";
import { Failure, messageOf } from "../lib/failure";
import type { Step } from "../lib/progress";
import { run } from "../lib/run";
import type { Built } from "./archive";
import { registry as own } from "./image";

/** The image's name in that registry, by digest: what a stack file may pin. */
export async function pushImage(
  { reference, digest, archive }: Built,
  registry: string,
  step: Step,
): Promise<string> {
  await ensurePackages(["skopeo"], step);
  const target = reference.replace(own, registry);
  step.note(`pushing ${target}`);
  await run("skopeo", [
    "copy",
    "--quiet",
    "--insecure-policy", // the archive is ours: there is no signature to look for
    "--preserve-digests", // else layers are packed on the way, and a pinned digest names nothing
    ...(onThisMachine(registry) ? ["--dest-tls-verify=false"] : []),
    `oci-archive:${archive}`,
    `docker://${target}`,
  ]).catch((error: unknown) => {
    throw new Failure(`${target} could not be pushed: ${messageOf(error)}`, {
      details: error instanceof Failure ? error.details : [],
      next: `see that ${registry} answers and that you are logged in there (docker login, or skopeo login), then run it again`,
      cause: error,
    });
  });
  return `${target.replace(/:[^:/]+$/, "")}@${digest}`;
}

/** As Docker sees it: only a registry on loopback may be spoken to without TLS. */
export const onThisMachine = (registry: string) =>
  /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(registry);
