/** `slipway cluster …`: the embedded Kubernetes of this machine. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { down, reset } from "../toolchain/cluster/down";
import { files } from "../toolchain/cluster/layout";
import { foreignOwner } from "../toolchain/cluster/owner";
import { status, type ClusterStatus } from "../toolchain/cluster/status";
import { up, type UpOptions } from "../toolchain/cluster/up";
import { Failure } from "../toolchain/lib/failure";
import { tail } from "../toolchain/lib/run";

export function register(program: Command): void {
  const cluster = program
    .command("cluster")
    .description(
      "the embedded Kubernetes of this machine (Linux and root): up, down, status, reset, logs, kubeconfig",
    );
  const take = ["--take", "take it over from the checkout that owns it"] as const;

  cluster
    .command("up")
    .description("brings it up, with the data it had; does nothing when it is up")
    .option("--isolation", "enforce NetworkPolicies (Cilium); stays so until --no-isolation")
    .option("--no-isolation", "a plain bridge again")
    .option(
      "--fake-nodes <count>",
      "add nodes that only pretend to run pods, for scale (kwok); 0 takes them away",
      count,
    )
    .option(...take, false)
    .action(async (options: UpOptions) => {
      await up(options);
      process.stderr.write(`export KUBECONFIG=${files.kubeconfig}\n`);
    });
  cluster
    .command("down")
    .description("ends everything it runs; its data stays")
    .option(...take, false)
    .action((options: { take: boolean }) => down(options));
  cluster
    .command("reset")
    .description("down, and its data is gone too")
    .option(...take, false)
    .action((options: { take: boolean }) => reset(options));
  cluster
    .command("status")
    .description("what it is doing; exit 0 when ready, 4 when not")
    .option("--json", "for machines")
    .action(async (options: { json?: boolean }) => {
      const current = await status();
      process.stdout.write(
        options.json === true ? `${JSON.stringify(current, undefined, 2)}\n` : describe(current),
      );
      if (current.state !== "ready") process.exitCode = 4;
    });
  cluster
    .command("logs")
    .argument("[component]", "a component's name; all of them when none is given")
    .option("--lines <count>", "how many of its last lines", count, 40)
    .description("the last lines of its components' logs")
    .action(logs);
  cluster
    .command("kubeconfig")
    .description("where its kubeconfig is: export KUBECONFIG=$(./slipway cluster kubeconfig)")
    .option("--content", "the file itself")
    .action((options: { content?: boolean }) => {
      if (!existsSync(files.kubeconfig)) {
        throw new Failure("there is no embedded cluster yet", { next: "./slipway cluster up" });
      }
      process.stdout.write(
        options.content === true ? readFileSync(files.kubeconfig, "utf8") : `${files.kubeconfig}\n`,
      );
    });
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError("It has to be a whole number.");
  return number;
}

function describe(current: ClusterStatus): string {
  const lines = [`cluster   ${current.state}`];
  const other = foreignOwner();
  if (current.owner) {
    lines.push(
      `owner     ${current.owner.checkout}${other ? " (another checkout)" : ""}, ${current.owner.user}`,
    );
  }
  if (current.state !== "down") {
    for (const each of current.components) {
      const restarts = each.restarts === 0 ? "" : `, restarted ${each.restarts} times`;
      lines.push(`          ${each.name.padEnd(26)} ${each.phase}${restarts}`);
    }
    for (const each of current.nodes)
      lines.push(`node      ${each.name.padEnd(26)} ${each.ready ? "Ready" : "not ready"}`);
    for (const each of current.workloads)
      lines.push(`add-on    ${each.name.padEnd(26)} ${each.ready}/${each.wanted}`);
    lines.push(`memory    ${Math.round(current.memory / 2 ** 20)} MiB`);
  }
  return `${lines.join("\n")}\n`;
}

function logs(component: string | undefined, options: { lines: number }): void {
  const there = existsSync(files.logs)
    ? readdirSync(files.logs)
        .filter((name) => name.endsWith(".log"))
        .map((name) => name.slice(0, -4))
    : [];
  if (component !== undefined && !there.includes(component)) {
    throw new Failure(`there is no log of ${component}`, {
      details: there.length === 0 ? ["No cluster has run yet."] : [`There are ${there.join(", ")}.`],
    });
  }
  for (const name of component === undefined ? there : [component]) {
    const file = join(files.logs, `${name}.log`);
    process.stdout.write(`== ${file}\n${tail(readFileSync(file, "utf8"), options.lines).join("\n")}\n`);
  }
}
