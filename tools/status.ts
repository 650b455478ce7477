/** `slipway status STACK`: how a stack does by its own promises, in the terminal or as one page. */
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { quiet } from "../toolchain/lib/progress";
import { folderOption } from "./lib/options";
import { environment } from "./lib/environment";
import { primaryOf } from "./release/clusters";
import { settingsIn } from "./release/session";
import { statusOf } from "./status/figures";
import { html } from "./status/html";
import { at, inside } from "./status/prometheus";
import { text } from "./status/text";

interface Options {
  prometheus?: string;
  context?: string;
  html?: string;
  json?: true;
  cwd: string;
}

/** Of the plots. */
const SPAN = 6 * 3600;

export function register(program: Command): void {
  program
    .command("status <stack>")
    .description("what rings, what is left of each route's error budget, how parts and stores do")
    .option("--prometheus <url>", "ask this Prometheus instead of the cluster's own, by way of its API")
    .option(
      "--context <name>",
      "your kubeconfig's context for the primary cluster, where it has another name",
    )
    .option("--html <file>", "write it as one page, with plots of the last six hours")
    .option("--json", "for machines")
    .addOption(folderOption())
    .addHelpText("after", "\nExit code: 0 nothing critical rings, 4 something does.")
    .action(status);
}

async function status(stack: string, options: Options): Promise<void> {
  const { settings } = settingsIn(stack, options.cwd);
  const [, cluster] = primaryOf(settings);
  const prometheus =
    options.prometheus === undefined
      ? inside(await environment(quiet), options.context ?? cluster.context)
      : at(options.prometheus);
  const { namespace, parts, product } = settings;
  const of = { namespace, parts: Object.keys(parts), product, stack };
  const found = await statusOf(prometheus, of, new Date(), SPAN);
  if (options.html !== undefined) writeFileSync(options.html, html(found));
  if (options.json === true) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
  else process.stdout.write(text(found, process.stdout.isTTY));
  if (found.alerts.some(({ severity }) => severity === "critical")) process.exitCode = 4;
}
