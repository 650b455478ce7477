/** Takes the embedded cluster away: everything that runs, and with `reset` its data too. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { steps } from "../lib/progress";
import { files, state } from "./layout";
import { assertOwned } from "./owner";
import { assertCanRun } from "./preflight";
import { supervisorProgram } from "./programs";
import { ask, sweep } from "./supervisor";

export async function down(options: { take: boolean; verb?: string }): Promise<void> {
  assertCanRun();
  assertOwned(options.verb ?? "down", options.take);
  await steps([
    { title: "Pods and components", skip: nothing, run: stop },
    {
      title: "Mounts, links, rules and groups",
      skip: nothing,
      run: async (step) => sweep(await supervisorProgram(step)),
    },
  ]);
}

/** One that hangs or is gone is no reason to stop here: the sweep ends what is left. */
async function stop(): Promise<void> {
  await ask("stop");
}

const nothing = () => (existsSync(files.plan) ? false : "nothing is there");

export async function reset(options: { take: boolean }): Promise<void> {
  await down({ ...options, verb: "reset" });
  await steps([{ title: "Data", run: () => rm(state(), { recursive: true, force: true }) }]);
}
