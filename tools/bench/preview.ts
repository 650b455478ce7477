/**
 * What a preview of the production stack costs over a program that only loads the same SDKs, and what the policy pack adds:
 * with mocks of nothing, against an empty state, all in one run.
 */
import { mkdirSync, mkdtempSync, rmSync, cpSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";
import { paired, type Bench } from "./figure";
import { project, unreachable } from "./project";

const STACK = "production";

export const preview: Bench = {
  name: "preview of the production stack",
  measure: async ({ env: engineEnv, step }) => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
    try {
      const env = {
        ...engineEnv,
        PULUMI_BACKEND_URL: `file://${folder}/state`,
        PULUMI_CONFIG_PASSPHRASE: "bench",
        KUBECONFIG: unreachable(folder, STACK),
      };
      mkdirSync(join(folder, "state"));
      const empty = project(folder, "empty", emptyProgram);
      const settings = settingsOf(folder);
      await run("pulumi", ["stack", "init", STACK], { cwd: empty, env });
      await run("pulumi", ["stack", "init", STACK], { cwd: settings, env });
      const quick = [
        "preview",
        "--stack",
        STACK,
        "--non-interactive",
        "--suppress-progress",
        "--suppress-outputs",
      ];
      const real = [...quick, "--config-file", join(settings, `Pulumi.${STACK}.yaml`)];
      const previews = (args: string[], cwd: string) => () => run("pulumi", args, { cwd, env });
      step.note("against an empty program");
      const alone = await paired(previews(real, checkout), previews(quick, empty));
      step.note("with and without the policy pack");
      const policed = await paired(
        previews([...real, "--policy-pack", join(checkout, "policies")], checkout),
        previews(real, checkout),
      );
      return [
        { name: "preview -s production", value: alone.a, unit: "s" },
        {
          name: "preview -s production, against an empty program",
          value: alone.ratio,
          unit: "x",
          promise: 1.6,
        },
        { name: "what the policy pack adds to it", value: (policed.ratio - 1) * 100, unit: "%", promise: 25 },
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** The SDKs the product's program loads, and nothing made of them. */
const emptyProgram = `
import * as cloudflare from "@pulumi/cloudflare";
import * as kubernetes from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
export const loaded = [typeof cloudflare, typeof kubernetes, typeof random];
`;

/** A copy of the stack file: the engine writes the salt of its secrets into it. */
function settingsOf(folder: string): string {
  const path = join(folder, "settings");
  mkdirSync(path);
  for (const file of ["Pulumi.yaml", `Pulumi.${STACK}.yaml`]) cpSync(join(checkout, file), join(path, file));
  return path;
}
