/** `slipway deploy STACK`: a release, with checks before, a smoke test after, and a way back by itself. */
import type { Command } from "commander";
import { contextOption, folderOption } from "./lib/options";
import { deploy, type Given } from "./release/deploy";
import { Undone, type Outcome } from "./release/outcome";
import { smokeLines } from "./release/smoke";

interface Options extends Given {
  json?: true;
}

export function register(program: Command): void {
  program
    .command("deploy <stack>")
    .description(
      "deploys a stack: checks, the engine, a smoke test, a release record; goes back by itself when it fails",
    )
    .option("--plan <file>", "a reviewed plan of ./slipway preview --save-plan: no step that is not in it")
    .addOption(contextOption())
    .option(
      "--acknowledge <kind/name...>",
      "what may be replaced or deleted although it does not come back",
      [],
    )
    .option("--no-policy", "without the policy pack")
    .option("--policy-config <file>", "configures the policy pack")
    .option("--through <address>", "ask the hosts at this address, before their names lead there")
    .addOption(folderOption())
    .option("--json", "prints what came of it, for machines")
    .addHelpText(
      "after",
      `
Exit code: 0 released, 1 refused or failed with nothing to go back to, 3 against the policy,
4 failed and rolled back to the last good release, 5 failed and the way back failed too.`,
    )
    .action(run);
}

async function run(stack: string, options: Options): Promise<void> {
  try {
    const outcome = await deploy(stack, options);
    process.stdout.write(options.json === true ? json(outcome) : text(outcome));
  } catch (error) {
    if (error instanceof Undone && options.json === true) process.stdout.write(json(error.outcome));
    throw error;
  }
}

const json = (outcome: Outcome) => `${JSON.stringify(outcome, undefined, 2)}\n`;

function text({ stack, outcome, release, smoke, migrations }: Outcome): string {
  const number = release?.number ?? 0;
  return [
    outcome === "unchanged" ? `${stack} is still release ${number}` : `${stack} is release ${number} now`,
    ...Object.entries(release?.images ?? {}).map(([part, image]) => `  ${part}: ${image}`),
    ...migrations.map(({ part, job, state }) => `  migration of ${part}: ${state} (Job ${job})`),
    ...smokeLines(smoke).map((line) => `  ${line}`),
    "",
  ].join("\n");
}
