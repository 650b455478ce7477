/** `slipway smoke STACK`: asks every route and health endpoint from outside, and what the stack file asks for beside. */
import type { Command } from "commander";
import { steps } from "../toolchain/lib/progress";
import { contextOption, folderOption } from "./lib/options";
import { checksOf } from "./release/checks";
import { open, type Asked, type Session } from "./release/session";
import { smoke, smokeFailure, smokeLines, type Verdict } from "./release/smoke";

interface Options extends Asked {
  json?: true;
}

export function register(program: Command): void {
  program
    .command("smoke <stack>")
    .description("asks every route and health endpoint of a stack from outside; changes nothing")
    .addOption(contextOption())
    .option("--through <address>", "ask the hosts at this address, before their names lead there")
    .addOption(folderOption())
    .option("--json", "prints every answer, for machines")
    .addHelpText("after", "\nExit code: 0 all answer as they must, 1 not.")
    .action(run);
}

async function run(stack: string, options: Options): Promise<void> {
  let session: Session | undefined;
  let verdicts: Verdict[] = [];
  try {
    await steps([
      {
        title: `Smoke test of ${stack}`,
        run: async (step) => {
          session = await open(stack, options, step);
          verdicts = await smoke(checksOf(session.settings), { ...(await session.way()), step });
        },
      },
    ]);
  } finally {
    session?.close();
  }
  const failure = smokeFailure(stack, verdicts);
  if (options.json === true) {
    process.stdout.write(
      `${JSON.stringify({ stack, ok: failure === undefined, checks: verdicts }, undefined, 2)}\n`,
    );
  } else if (failure === undefined) {
    process.stdout.write(`${smokeLines(verdicts).join("\n")}\n`);
  }
  if (failure !== undefined) throw failure;
}
