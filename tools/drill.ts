/** `slipway drill STACK`: is the newest backup one that can be restored, and how long does that take? */
import type { Command } from "commander";
import { Failure } from "../toolchain/lib/failure";
import { duration } from "../toolchain/lib/progress";
import { contextOption, folderOption } from "./lib/options";
import { drill } from "./recovery/drill";
import type { Drilled } from "./recovery/rehearsal";
import type { Asked } from "./release/session";

export function register(program: Command): void {
  program
    .command("drill <stack>")
    .description("restores the newest backup into a throwaway database, checks it, and takes it away")
    .addOption(contextOption())
    .addOption(folderOption())
    .option("--json", "the report, for machines")
    .action(run);
}

async function run(stack: string, options: Asked & { json?: true }): Promise<void> {
  const drilled = await drill(stack, options);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(drilled, undefined, 2)}\n` : drillText(drilled),
  );
  if (drilled.ok) return;
  throw new Failure(`the drill of ${stack} failed: its newest backup is not what you want to need`, {
    details: drilled.why ?? [],
    next: `take another backup and drill again: ./slipway backup ${stack}`,
  });
}

export function drillText({ stack, ok, backup, restored, lost, checks }: Drilled): string {
  return [
    `${stack}: backup ${backup} ${ok ? `is restored in ${duration(restored)}` : "did not pass"}`,
    ...(lost === undefined
      ? []
      : [`  its newest change is ${duration(lost)} older than the order to restore it`]),
    ...checks.map(
      ({ name, value, expect, ok: well }) => `  ${well ? "✔" : "✖"} ${name}: ${value} (${expect})`,
    ),
    "",
  ].join("\n");
}
