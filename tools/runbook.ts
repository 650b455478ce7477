/** `slipway runbook STACK`: the page to read at night, with the stack's real names, commands and numbers. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { steps } from "../toolchain/lib/progress";
import { folderOption } from "./lib/options";
import { settingsOf } from "./lib/doors";
import { factsOf } from "./recovery/runbook/facts";
import { page } from "./recovery/runbook/page";
import type { Manifest } from "./review/manifests";
import { stackNames } from "./review/project";
import { rendered } from "./review/rendered";

interface Options {
  out?: string;
  cwd: string;
}

export function register(program: Command): void {
  program
    .command("runbook <stack>")
    .description("writes what to do in each disaster and at each alert of a stack; asks no cluster")
    .option("--out <file>", "where to write, instead of standard output")
    .addOption(folderOption())
    .action(run);
}

async function run(stack: string, { out, cwd }: Options): Promise<void> {
  const folder = resolve(cwd);
  stackNames(folder, [stack]);
  const settings = settingsOf(stack, folder);
  let manifests: Manifest[] = [];
  await steps([
    {
      title: `Runbook of ${stack}`,
      run: async (step) => {
        manifests = await rendered(folder, stack, step);
      },
    },
  ]);
  const text = page(factsOf(stack, settings, manifests));
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text);
}
