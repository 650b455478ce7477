/**
 * The embedded cluster with state of one's own, for tests and measures: one that was running steps aside, with its data,
 * and comes back when this one leaves. Each word is said to a process of its own, since where state lies is settled once a
 * process; its progress is passed on.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { isolated } from "../../toolchain/cluster/isolation";
import { owner } from "../../toolchain/cluster/owner";
import { Failure } from "../../toolchain/lib/failure";
import { checkout, stateDir } from "../../toolchain/lib/paths";

export type Environment = Record<string, string | undefined>;

/** Neither the user's clusters, nor their stacks, nor their secrets. */
export function ownState(name: string): Environment & { SLIPWAY_STATE: string } {
  return {
    SLIPWAY_STATE: stateDir(name),
    KUBECONFIG: undefined,
    PULUMI_BACKEND_URL: `file://${stateDir(name, "stacks")}`,
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
    // ./slipway's own way of running TypeScript is not that of the programs it runs.
    TS_NODE_PROJECT: undefined,
    TS_NODE_TRANSPILE_ONLY: undefined,
  };
}

export class OwnCluster {
  private aside: "nothing" | "plain" | "isolated" = "nothing";
  private raised = false;

  /** Of `ownState`. */
  constructor(private readonly env: Environment & { SLIPWAY_STATE: string }) {}

  async up(...flags: string[]): Promise<void> {
    await this.makeRoom();
    await slipway(["cluster", "up", ...flags], this.env);
  }

  async down(): Promise<void> {
    await slipway(["cluster", "down"], this.env);
  }

  /** Its data is gone, too: the next up is its first. */
  async reset(): Promise<void> {
    if (this.raised) await this.clear();
    else await this.makeRoom();
  }

  async ask(...words: string[]): Promise<string> {
    return (await slipway(["cluster", ...words], this.env)).stdout;
  }

  private async makeRoom(): Promise<void> {
    if (this.raised) return;
    const theirs = owner();
    if (theirs !== undefined && theirs.state !== this.env.SLIPWAY_STATE) {
      const was = isolated() ? "isolated" : "plain";
      await slipway(["cluster", "down"], {});
      this.aside = was;
    }
    this.raised = true;
    await this.clear();
  }

  /** Its cluster and its stacks; those of a run that was cut off, too: they would be of a cluster that is no more. */
  private async clear(): Promise<void> {
    await slipway(["cluster", "reset"], this.env);
    rmSync(this.env.SLIPWAY_STATE, { recursive: true, force: true });
  }

  /** The machine as it was found. */
  async leave(): Promise<void> {
    if (this.raised) await this.clear();
    if (this.aside !== "nothing") await slipway(["cluster", "up"], {});
    this.raised = false;
    this.aside = "nothing";
  }
}

export function slipway(words: string[], env: Environment): Promise<{ stdout: string }> {
  const child = spawn(process.execPath, [...process.execArgv, join(checkout, "tools", "main.ts"), ...words], {
    cwd: checkout,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => (stdout += chunk));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) =>
      code === 0
        ? done({ stdout })
        : fail(new Failure(`./slipway ${words.join(" ")} failed (exit ${code ?? "by a signal"})`)),
    );
  });
}
