/** Which policy packs a preview runs: the project's own, with the config that was given. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Failure } from "../../toolchain/lib/failure";
import { checkout } from "../../toolchain/lib/paths";

export interface PackOptions {
  policy: boolean;
  policyConfig?: string;
}

export interface Pack {
  folder: string;
  /** A policy config file. */
  config?: string;
}

/** The engine's words for them. */
export const packFlags = (packs: readonly Pack[] = []): string[] =>
  packs.flatMap(({ folder, config }) => [
    `--policy-pack=${folder}`,
    ...(config === undefined ? [] : [`--policy-pack-config=${config}`]),
  ]);

/** A pack in the project's own `policies` folder wins over Slipway's. */
export function policyPacks(folder: string, { policy, policyConfig }: PackOptions): Pack[] {
  if (!policy) return [];
  const pack = [folder, checkout]
    .map((place) => join(place, "policies"))
    .find((place) => existsSync(join(place, "PulumiPolicy.yaml")));
  if (pack === undefined) return [];
  if (policyConfig === undefined) return [{ folder: pack }];
  const config = resolve(policyConfig);
  if (!existsSync(config))
    throw new Failure(`${policyConfig} is not there`, { next: "give the file of the policy config" });
  return [{ folder: pack, config }];
}
