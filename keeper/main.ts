/** The program of the CronJob: rehearses the restore that its plan says, and ends badly when that went badly. */
import { readFileSync } from "node:fs";
import type { Rehearsal } from "../config/rehearsal";
import { rehearse } from "../tools/recovery/rehearsal";
import { stopping } from "../tools/release/stopping";
import { Failure } from "../toolchain/lib/failure";
import { apiOf } from "./api";
import { busy } from "./busy";
import { stageOf } from "./stage";

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

async function main(file: string): Promise<void> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443", JOB: job = "" } = process.env;
  if (host === undefined) {
    throw new Failure("the keeper was started outside of a cluster", {
      next: "from here there is ./slipway drill STACK",
    });
  }
  const plan = JSON.parse(readFileSync(file, "utf8")) as Rehearsal;
  const kube = apiOf({ folder: ACCOUNT, host, port });
  const other = await busy(kube, plan.home, job);
  if (other !== undefined) {
    say(`The job ${other} is at it already: its report counts.`);
    return;
  }
  const stop = stopping();
  try {
    const drilled = await rehearse(plan, stageOf(plan, kube, say, stop.signal));
    say(JSON.stringify(drilled));
    if (!drilled.ok) throw new Failure("the rehearsed restore failed", { details: drilled.why ?? [] });
  } finally {
    stop.done();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main(process.argv[2] ?? "plan.json").catch((error: unknown) => {
  say(error instanceof Failure ? error.format() : String(error instanceof Error ? error.stack : error));
  // What failed by itself fails again: the job tries no more. Whoever is stopped may try once more.
  process.exitCode = error instanceof Failure ? 1 : 2;
});
