/** A stack's manifests from its program alone: no cluster, no credentials, secrets masked. */
import { engine } from "../../toolchain/engine";
import { Failure } from "../../toolchain/lib/failure";
import type { Step } from "../../toolchain/lib/progress";
import { review } from "./collect";
import { manifestsOf, type Manifest } from "./manifests";
import { previewOffline } from "./offline";
import { projectName } from "./project";
import { scrubber } from "./scrub";

export async function rendered(folder: string, stack: string, step: Step): Promise<Manifest[]> {
  const { env } = await engine(step);
  step.note("running the program without a cluster");
  const answer = await previewOffline({ folder, stack, env });
  const failed = review({ project: projectName(folder), stack, folder, ...answer });
  if (failed.outcome === "failed") {
    const errors = failed.problems
      .filter(({ severity }) => severity === "error")
      .map(({ message }) => message);
    throw new Failure(`${stack} could not be rendered`, {
      details: errors.flatMap((text) => text.split("\n")),
      ...(failed.next === undefined ? {} : { next: failed.next }),
    });
  }
  return manifestsOf(answer.events, scrubber([]));
}
