/** `slipway render STACK`: a stack's manifests as files, without a cluster and without its secrets. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { engine } from "../toolchain/engine";
import { Failure } from "../toolchain/lib/failure";
import { checkout } from "../toolchain/lib/paths";
import { steps } from "../toolchain/lib/progress";
import { review } from "./review/collect";
import { manifestsOf, writeManifests, type Manifest } from "./review/manifests";
import { previewOffline } from "./review/offline";
import { projectName, stackNames } from "./review/project";
import { scrubber } from "./review/scrub";

interface Options {
  out: string;
  cwd: string;
  json?: true;
}

export function register(program: Command): void {
  program
    .command("render <stack>")
    .description("writes a stack's manifests as files: no cluster, no credentials, secrets masked")
    .requiredOption("--out <folder>", "where to write; must be empty or new")
    .option("--cwd <folder>", "the folder of the project", checkout)
    .option("--json", "prints the names of the files, for machines")
    .action(render);
}

async function render(stack: string, options: Options): Promise<void> {
  const folder = resolve(options.cwd);
  stackNames(folder, [stack]);
  const out = resolve(options.out);
  mkdirSync(out, { recursive: true });
  if (readdirSync(out).length > 0) {
    throw new Failure(`${options.out} is not empty`, {
      next: "give an empty folder: old files would pass for new ones",
    });
  }
  let manifests: Manifest[] = [];
  await steps([
    {
      title: `Render ${stack}`,
      run: async (step) => {
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
        manifests = manifestsOf(answer.events, scrubber([]));
        writeManifests(out, manifests);
      },
    },
  ]);
  if (manifests.length === 0 && existsSync(join(folder, `Pulumi.${stack}.yaml`))) {
    throw new Failure(`the program makes no Kubernetes object for ${stack}`, {
      next: "look at its stack file",
    });
  }
  if (options.json === true) {
    process.stdout.write(
      `${JSON.stringify({ stack, unchecked: true, files: manifests.map(({ file }) => file) }, undefined, 2)}\n`,
    );
    return;
  }
  process.stdout.write(
    `${manifests.length} manifests in ${options.out}; unchecked: no cluster has seen them\n`,
  );
}
