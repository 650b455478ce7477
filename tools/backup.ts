/** `slipway backup STACK`: a backup of the database, now. */
import type { Command } from "commander";
import { duration, steps } from "../toolchain/lib/progress";
import { contextOption, folderOption } from "./lib/options";
import { takeBackup, type Taken } from "./recovery/backup";
import { backed, liveName } from "./recovery/database";
import { type Asked, open, type Session } from "./release/session";

export function register(program: Command): void {
  program
    .command("backup <stack>")
    .description("takes a backup of a stack's database now, and waits for its end")
    .addOption(contextOption())
    .addOption(folderOption())
    .option("--json", "what was taken, for machines")
    .action(backup);
}

async function backup(stack: string, options: Asked & { json?: true }): Promise<void> {
  let session: Session | undefined;
  let taken: Taken | undefined;
  try {
    await steps([
      {
        title: `Backup of ${stack}`,
        run: async (step) => {
          session = await open(stack, options, step);
          const { kube, settings } = session;
          const cluster = liveName(backed(settings, stack));
          taken = await takeBackup(kube, { namespace: settings.namespace, cluster }, step);
        },
      },
    ]);
  } finally {
    session?.close();
  }
  if (taken === undefined) return;
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ stack, ...taken }, undefined, 2)}\n`
      : `${taken.id} is taken, in ${duration(taken.took)}: ./slipway restore ${stack} --to ${taken.id}\n`,
  );
}
