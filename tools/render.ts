/** `slipway render STACK`: a stack's manifests as files, without a cluster and without its secrets. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { Failure } from "../toolchain/lib/failure";
import { steps } from "../toolchain/lib/progress";
import { folderOption } from "./lib/options";
import { writeManifests, type Manifest } from "./review/manifests";
import { stackNames } from "./review/project";
import { rendered } from "./review/rendered";

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
    .addOption(folderOption())
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
        manifests = await rendered(folder, stack, step);
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
