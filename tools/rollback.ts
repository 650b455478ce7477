/** `slipway rollback STACK [RELEASE]`: the parts as an earlier good release had them. */
import { InvalidArgumentError, type Command } from "commander";
import { contextOption, folderOption } from "./lib/options";
import { migrationText } from "./release/migrations";
import { rollback } from "./release/rollback";
import type { Asked } from "./release/session";
import { smokeLines } from "./release/smoke";

interface Options extends Asked {
  json?: true;
}

export function register(program: Command): void {
  program
    .command("rollback <stack>")
    .argument(
      "[release]",
      "the number of a good release; without, the last before this one that was another",
      number,
    )
    .description("takes the parts of a stack back to an earlier release; databases stay as they are")
    .addOption(contextOption())
    .option("--through <address>", "ask the hosts at this address, before their names lead there")
    .addOption(folderOption())
    .option("--json", "prints what came of it, for machines")
    .action(async (stack: string, release: number | undefined, options: Options) => {
      const outcome = await rollback(stack, release, options);
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify(outcome, undefined, 2)}\n`);
        return;
      }
      const { to, smoke, migrations } = outcome;
      process.stdout.write(
        [
          `${stack} runs what release ${to.number} was (commit ${to.commit.slice(0, 12)}), as release ${outcome.release?.number ?? 0}`,
          ...[...smokeLines(smoke), ...(migrations.length === 0 ? [] : migrationText(migrations))].map(
            (line) => `  ${line}`,
          ),
          `  The stack file still says otherwise: mend it before the next ./slipway deploy ${stack}.`,
          "",
        ].join("\n"),
      );
    });
}

function number(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It has to be a release's number, as 12.");
}
