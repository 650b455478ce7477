/** The slipway command: reads the words, hands over to the verb, and says failures the way people read them. */
import { Command } from "commander";
import { Problems } from "../config";
import { Failure } from "../toolchain/lib/failure";
import { register as bench } from "./bench";
import { register as down } from "./down";
import { register as up } from "./up";
import { register as cluster } from "./cluster";
import { register as doctor } from "./doctor";
import { register as env } from "./env";
import { register as image } from "./image";
import { register as policy } from "./policy";
import { register as preview } from "./preview";
import { register as render } from "./render";
import { register as test } from "./test";

const verbs = [up, down, bench, cluster, doctor, env, image, policy, preview, render, test];

async function main(): Promise<void> {
  const program = new Command("slipway")
    .description(
      "Launches a product onto any Kubernetes cluster from one Pulumi program and one YAML file per stack.",
    )
    .showHelpAfterError("(slipway --help lists the verbs; slipway VERB --help says what one takes)")
    .configureHelp({ sortSubcommands: true });
  for (const register of verbs) register(program);
  await program.parseAsync();
}

main().catch((error: unknown) => {
  if (error instanceof Problems) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  if (error instanceof Failure) {
    process.stderr.write(`slipway: ${error.format()}\n`);
    process.exitCode = error.exitCode;
    return;
  }
  process.stderr.write(`slipway: this is a defect of Slipway, not of yours.\n`);
  throw error;
});
