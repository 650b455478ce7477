/** The environment in which `pulumi` and `kubectl` work: the engine's, and the embedded cluster's where there is one. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { files } from "../../toolchain/cluster/layout";
import { kubectlProgram } from "../../toolchain/cluster/programs";
import { engine } from "../../toolchain/engine";
import type { Step } from "../../toolchain/lib/progress";

export async function environment(step: Step): Promise<Record<string, string>> {
  const { env, standIns } = await engine(step);
  if (standIns.length > 0) step.note(`stand-ins for plugins that cannot be had: ${standIns.join(", ")}`);
  if (!existsSync(files.kubeconfig)) return env;
  return {
    ...env,
    // Behind what the machine has: a kubectl of its user's wins.
    PATH: [env.PATH ?? "", dirname(await kubectlProgram(step))].join(delimiter),
    KUBECONFIG: withCluster(process.env.KUBECONFIG ?? join(homedir(), ".kube", "config")),
  };
}

/** The embedded cluster's contexts before the user's own, each once. */
export function withCluster(own: string): string {
  return [...new Set([files.kubeconfig, ...own.split(delimiter)])]
    .filter((file) => file !== "")
    .join(delimiter);
}
