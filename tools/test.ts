/** `slipway test`: everything CI runs. Its last line is `N passed, N failed, N skipped`. */
import type { Command } from "commander";
import { goModules, runCheck, runGoTests, staticChecks } from "./testing/checks";
import { add, nothing, say, type Counts } from "./testing/counts";
import { Ground } from "./testing/ground";
import { runMocha } from "./testing/mocha";
import { needs, type Need } from "./testing/suites";

interface Options {
  long?: boolean;
  only?: Need | "static" | "go";
  filter?: string;
}

export function register(program: Command): void {
  program
    .command("test")
    .description("runs every test; what cannot run here is skipped by name, with the reason")
    .option("--long", "also what takes longer than half an hour")
    .option("--only <suite>", `one suite: static, go, ${needs.join(", ")}`)
    .option("--filter <text>", "only the mocha files whose path has this text")
    .action(async (options: Options) => {
      const total = await runAll(options);
      for (const line of total.skipped) say(`skipped: ${line}`);
      say(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
      if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
    });
}

async function runAll(options: Options): Promise<Counts> {
  const total = nothing();
  const wanted = (name: string) => options.only === undefined || options.only === name;
  if (wanted("static") && options.filter === undefined) {
    for (const check of staticChecks) add(total, await runCheck(check));
  }
  if (wanted("go") && options.filter === undefined) {
    for (const module of goModules) add(total, await runGoTests(module));
  }
  const ground = new Ground();
  try {
    for (const need of needs) {
      if (!wanted(need) || (need === "long" && options.long !== true)) continue;
      add(total, await runMocha(need, options.filter, ground));
    }
  } finally {
    await ground.leave();
  }
  return total;
}
