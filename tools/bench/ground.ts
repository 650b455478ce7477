/** Where previews are measured: a folder with a state of its own, no cluster, and a quiet engine. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";
import { project, unreachable } from "./project";

export const STACK = "production";

export interface Ground {
  /** A preview of this checkout's program as the production stack. */
  product(...flags: string[]): () => Promise<unknown>;
  /** A preview of another program. */
  program(name: string, text: string): Promise<(...flags: string[]) => () => Promise<unknown>>;
}

/** The pack of this checkout, for either. */
export const withPack = ["--policy-pack", join(checkout, "policies")];

export async function onGround<T>(engine: Record<string, string>, work: (ground: Ground) => Promise<T>) {
  const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
  try {
    const env = {
      ...engine,
      PULUMI_BACKEND_URL: `file://${folder}/state`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      KUBECONFIG: unreachable(folder, STACK),
    };
    mkdirSync(join(folder, "state"));
    const settings = settingsOf(folder);
    const init = (cwd: string) => run("pulumi", ["stack", "init", STACK], { cwd, env });
    await init(settings);
    const preview =
      (cwd: string, ...flags: string[]) =>
      () =>
        run("pulumi", [...quick, ...flags], { cwd, env });
    return await work({
      product: (...flags) =>
        preview(checkout, "--config-file", join(settings, `Pulumi.${STACK}.yaml`), ...flags),
      program: async (name, text) => {
        const cwd = project(folder, name, text);
        await init(cwd);
        return (...flags) => preview(cwd, ...flags);
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const quick = ["preview", "--stack", STACK, "--non-interactive", "--suppress-progress", "--suppress-outputs"];

/** A copy of the stack file: the engine writes the salt of its secrets into it. */
function settingsOf(folder: string): string {
  const path = join(folder, "settings");
  mkdirSync(path);
  for (const file of ["Pulumi.yaml", `Pulumi.${STACK}.yaml`]) cpSync(join(checkout, file), join(path, file));
  return path;
}
