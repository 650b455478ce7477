/** `slipway test`: everything CI runs. Its last line is `N passed, N failed, N skipped`. */
import type { Command } from "commander";
import { goModules, runCheck, runGoTests, staticChecks } from "./testing/checks";
import { Failure, messageOf } from "../toolchain/lib/failure";
import { add, because, nothing, say, type Counts } from "./testing/counts";
import { type Footing, Ground, Impossible } from "./testing/ground";
import { runMocha, type Suite } from "./testing/mocha";
import { kept, live, type Output } from "./testing/output";
import { standing } from "./testing/standing";
import { needs, rounds, testFiles, type Need } from "./testing/suites";

interface Options {
  long?: boolean;
  only?: Need | "static" | "go";
  filter?: string;
  here?: boolean;
}

export function register(program: Command): void {
  program
    .command("test")
    .description("runs every test; what cannot run here is skipped by name, with the reason")
    .option("--long", "also what takes longer than half an hour")
    .option("--only <suite>", `one suite: static, go, ${needs.join(", ")}`)
    .option("--filter <text>", "only the mocha files whose path has this text")
    .option("--here", "on the cluster that is up, as it is, with what stands on it")
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
  const suites = needs
    .filter((need) => wanted(need) && (need !== "long" || options.long === true || options.only === "long"))
    .map((need) => ({ files: testFiles(need, options.filter), need }))
    .filter(({ files }) => files.length > 0);
  const ground: Footing = options.here === true ? standing : new Ground();
  try {
    const ready: Suite[] = [];
    for (const suite of suites) {
      const refused = await prepared(suite, ground);
      if (refused === undefined) ready.push(suite);
      else add(total, refused);
    }
    for (const round of rounds) {
      const lanes = round
        .map((lane) => ready.filter(({ need }) => lane.includes(need)))
        .filter((lane) => lane.length > 0);
      const outputs = lanes.map((_, at) => (at === 0 ? live : kept()));
      const counts = await Promise.all(lanes.map((lane, at) => runLane(lane, ground, outputs[at] ?? live)));
      for (const output of outputs) output.end();
      for (const count of counts) add(total, count);
    }
  } finally {
    await ground.leave();
  }
  return total;
}

/** Builds what a suite stands on; what it counts as where that is not to be. */
async function prepared({ need, files }: Suite, ground: Footing): Promise<Counts | undefined> {
  try {
    await ground.prepare(need);
    return undefined;
  } catch (error) {
    if (error instanceof Impossible) return { ...nothing(), skipped: because(files, error) };
    say(error instanceof Failure ? error.format() : ((error as Error).stack ?? messageOf(error)));
    return { ...nothing(), failed: 1, skipped: because(files, error) };
  }
}

async function runLane(suites: readonly Suite[], ground: Footing, output: Output): Promise<Counts> {
  const total = nothing();
  for (const suite of suites) add(total, await runMocha(suite, ground, output));
  return total;
}
