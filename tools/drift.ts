/** `slipway drift STACK`: has anybody changed what runs? */
import type { Command } from "commander";
import { Failure } from "../toolchain/lib/failure";
import { steps } from "../toolchain/lib/progress";
import { contextOption, folderOption } from "./lib/options";
import { drifted, driftLines } from "./release/drift";
import { open, type Asked, type Session } from "./release/session";
import { EXIT, type Change } from "./review/model";

interface Options extends Asked {
  json?: true;
}

export function register(program: Command): void {
  program
    .command("drift <stack>")
    .description("compares what runs with what the engine made; changes nothing")
    .addOption(contextOption())
    .addOption(folderOption())
    .option("--json", "prints every difference, for machines")
    .addHelpText("after", "\nExit code: 0 nothing was changed, 2 something was, 1 it could not be told.")
    .action(drift);
}

async function drift(stack: string, options: Options): Promise<void> {
  let session: Session | undefined;
  let changes: Change[] = [];
  try {
    await steps([
      {
        title: `Drift of ${stack}`,
        run: async (step) => {
          session = await open(stack, options, step);
          if ((await session.isAtHome()) === "new") {
            throw new Failure(`${stack} was never deployed here`, { next: `./slipway deploy ${stack}` });
          }
          step.note("asking the clusters and clouds for every resource");
          changes = await drifted(session);
        },
      },
    ]);
  } finally {
    session?.close();
  }
  const lines = changes.length === 0 ? [`${stack} is as the engine made it`] : driftLines(changes);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ stack, drifted: changes.length > 0, changes }, undefined, 2)}\n`
      : `${lines.join("\n")}\n`,
  );
  if (changes.length === 0) return;
  process.exitCode = EXIT.changed;
  process.stderr.write(
    `slipway: ${changes.length} ${changes.length === 1 ? "resource was" : "resources were"} changed from outside\n  next: ./slipway deploy ${stack} puts them right; what is meant belongs into the stack file\n`,
  );
}
