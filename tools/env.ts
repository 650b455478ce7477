/** `slipway env`: what to eval so that `pulumi` and `kubectl` work by hand as they do for Slipway. */
import type { Command } from "commander";
import { steps } from "../toolchain/lib/progress";
import { environment } from "./lib/environment";

export function register(program: Command): void {
  program
    .command("env")
    .description('prints the environment for working by hand: eval "$(./slipway env)"')
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      let env: Record<string, string> = {};
      await steps([{ title: "Engine", run: async (step) => void (env = await environment(step)) }]);
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify(env, undefined, 2)}\n`
          : Object.entries(env)
              .map(([name, value]) => `export ${name}=${quote(value)}\n`)
              .join(""),
      );
    });
}

/** For a POSIX shell. */
export const quote = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
