/** `slipway clone STACK --from PRODUCTION --anonymise FILE`: another stack's data to work with, without its people. */
import type { Command } from "commander";
import { Failure } from "../toolchain/lib/failure";
import { duration } from "../toolchain/lib/progress";
import { contextOption, folderOption } from "./lib/options";
import { wordingIn } from "./recovery/anonymise";
import { clone, type Cloned } from "./recovery/clone";
import type { Asked } from "./release/session";

interface Options extends Asked {
  from: string;
  to: string;
  anonymise?: string;
  asItIs?: true;
  json?: true;
}

export function register(program: Command): void {
  program
    .command("clone <stack>")
    .description("puts another stack's database in the place of a stack's own, anonymised; that one is kept")
    .requiredOption("--from <stack>", "the stack whose backups to take, such as production")
    .option("--anonymise <file>", "SQL that takes personal data out, before anything can read it")
    .option("--as-it-is", "with all that is in it: only where there is nothing personal")
    .option("--to <time|backup>", "2026-11-21T15:30:00Z, the id of a backup, or latest", "latest")
    .addOption(contextOption())
    .addOption(folderOption())
    .option("--json", "what came of it, for machines")
    .action(run);
}

async function run(stack: string, { anonymise, asItIs, json, ...given }: Options): Promise<void> {
  const cloned = await clone(stack, { ...given, wording: wordingOf(given.from, anonymise, asItIs) });
  process.stdout.write(json === true ? `${JSON.stringify(cloned, undefined, 2)}\n` : clonedText(cloned));
}

function wordingOf(from: string, file: string | undefined, asItIs: true | undefined) {
  if (file !== undefined && asItIs === true) {
    throw new Failure("--anonymise and --as-it-is cannot both be meant", { next: "leave one of them out" });
  }
  if (file === undefined && asItIs !== true) {
    throw new Failure(`the people in the database of ${from} would be in the clone too`, {
      next: "name SQL that takes them out: --anonymise FILE; or say that it may stay --as-it-is",
    });
  }
  return file === undefined ? undefined : wordingIn(file);
}

export function clonedText({
  stack,
  from,
  database,
  kept,
  to,
  backup,
  anonymised,
  checks,
  took,
}: Cloned): string {
  return [
    `${stack} has what ${from} had at ${to}, ${anonymised ? "anonymised" : "as it is"}, after ${duration(took)}: its database is ${database} now, from backup ${backup}`,
    ...checks.map(({ name, value }) => `  ${name}: ${value}`),
    `  Commit Pulumi.${stack}.yaml: it names the live database (slipway:postgres.restored).`,
    `  ${kept} is kept, asleep: ./slipway restore ${stack} --confirm takes it away.`,
    "",
  ].join("\n");
}
