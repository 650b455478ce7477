/** The slipway command: its verbs, one file each. */
import { Command } from "commander";
import { register as alertTest } from "./alert-test";
import { register as backup } from "./backup";
import { register as backups } from "./backups";
import { register as bench } from "./bench";
import { register as clone } from "./clone";
import { register as cluster } from "./cluster";
import { register as deploy } from "./deploy";
import { register as doctor } from "./doctor";
import { register as down } from "./down";
import { register as drift } from "./drift";
import { register as drill } from "./drill";
import { register as env } from "./env";
import { register as image } from "./image";
import { register as init } from "./init";
import { register as policy } from "./policy";
import { register as preview } from "./preview";
import { register as releases } from "./releases";
import { register as render } from "./render";
import { register as restore } from "./restore";
import { register as rollback } from "./rollback";
import { register as rotate } from "./rotate";
import { register as runbook } from "./runbook";
import { register as smoke } from "./smoke";
import { register as status } from "./status";
import { register as test } from "./test";
import { register as up } from "./up";

const verbs = [
  ...[up, down, bench, cluster, doctor, env, image, init, policy, preview, render, test],
  ...[backup, backups, restore, clone, drill, rotate, runbook],
  ...[deploy, rollback, releases, smoke, drift, status, alertTest],
];

export function slipway(): Command {
  const program = new Command("slipway")
    .description(
      "Launches a product onto any Kubernetes cluster from one Pulumi program and one YAML file per stack.",
    )
    .showHelpAfterError("(slipway --help lists the verbs; slipway VERB --help says what one takes)")
    .configureHelp({ sortSubcommands: true });
  for (const register of verbs) register(program);
  return program;
}
