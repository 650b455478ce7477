/** `slipway down`: takes the embedded cluster away, or the product of a stack from a cluster of one's own. */
import type { Command } from "commander";
import { down as clusterDown } from "../toolchain/cluster/down";
import { dockerUsed, stopDocker } from "../toolchain/docker";
import { steps } from "../toolchain/lib/progress";
import { environment } from "./lib/environment";
import { Stack } from "./lib/stack";

export function register(program: Command): void {
  program
    .command("down")
    .description(
      "stops the embedded cluster, data kept; with --context, removes the product from that cluster",
    )
    .option("--stack <name>", "the stack, by its file Pulumi.<name>.yaml", "local")
    .option("--context <name>", "a cluster of your kubeconfig")
    .action(async (options: { stack: string; context?: string }) => {
      if (options.context === undefined) {
        await clusterDown({ take: false });
        if (dockerUsed()) await stopDocker();
        return;
      }
      let env: Record<string, string> = {};
      await steps([
        { title: "Engine", run: async (step) => void (env = await environment(step)) },
        {
          title: "Product",
          run: (step) => new Stack({ project: "", stack: options.stack, env }).destroy(step),
        },
      ]);
    });
}
