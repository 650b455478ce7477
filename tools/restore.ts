/** `slipway restore STACK --to TIME|BACKUP`: the database as it was, in the place of the one there is. */
import type { Command } from "commander";
import { Failure } from "../toolchain/lib/failure";
import { contextOption, folderOption } from "./lib/options";
import { confirm } from "./recovery/confirm";
import { restore, restoredText } from "./recovery/restore";
import type { Asked } from "./release/session";

interface Options extends Asked {
  to?: string;
  into?: string;
  confirm?: true;
  json?: true;
}

export function register(program: Command): void {
  program
    .command("restore <stack>")
    .description("brings a stack's database back to a moment, or to a backup; the one there is is kept")
    .option("--to <time|backup>", "2026-11-21T15:30:00Z, the id of a backup, or latest")
    .option("--into <name>", "beside the live database under this name, to look at: nothing is switched")
    .option("--confirm", "what earlier restores have kept may go")
    .addOption(contextOption())
    .addOption(folderOption())
    .option("--json", "what came of it, for machines")
    .action(run);
}

async function run(stack: string, { to, into, confirm: sure, json, ...asked }: Options): Promise<void> {
  const print = (value: object, text: string) =>
    process.stdout.write(json === true ? `${JSON.stringify(value, undefined, 2)}\n` : text);
  if (sure === true) {
    const gone = await confirm(stack, asked);
    print({ stack, gone }, gone.length === 0 ? "nothing is kept\n" : `gone: ${gone.join(", ")}\n`);
    return;
  }
  if (to === undefined) {
    throw new Failure("--to is missing: the moment, or the backup", {
      next: `see what there is: ./slipway backups ${stack}`,
    });
  }
  const restored = await restore(stack, { ...asked, to, ...(into === undefined ? {} : { into }) });
  print(restored, restoredText(restored));
}
