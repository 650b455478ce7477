/**
 * What a stack says that rules depend on. It comes from the stack's own file (the keys `tier`, `protect`, `registry`,
 * `targets`, `waivers`, whose schema is in config/) and from the `settings` of a `--policy-pack-config` file, which wins.
 * Every default is the careful one: production, everything mandatory, nothing waived.
 */
import { didYouMean, formatProblem, listed, show, type Problem } from "../config/problems";
import { parseDuration } from "../config/units";
import { isObject, type Json } from "./unknown";
import { readWaivers, type Waiver } from "./waivers";

export const tiers = ["local", "staging", "production"] as const;
export type Tier = (typeof tiers)[number];

export interface Settings {
  /** How careful to be: in `local`, findings are advice. */
  readonly tier: Tier;
  /** Registries, or paths in them (`ghcr.io/acme`), that images may come from. */
  readonly registries: readonly string[];
  /** Most data a disaster may cost, in milliseconds; undefined when the stack promises nothing. */
  readonly rpo: number | undefined;
  /** How long backups are promised to be kept, in milliseconds; undefined where the stack does not say. */
  readonly keep: number | undefined;
  /** Data must not be deleted by accident; false where it may be thrown away. */
  readonly protect: boolean;
  readonly waivers: readonly Waiver[];
}

/** Where the world's images are, and those of the clouds. `*` stands for any part of a host name. */
export const usualRegistries: readonly string[] = [
  "docker.io",
  "ghcr.io",
  "quay.io",
  "gcr.io",
  "registry.k8s.io",
  "registry.gitlab.com",
  "registry.digitalocean.com",
  "public.ecr.aws",
  "mcr.microsoft.com",
  "*.dkr.ecr.*.amazonaws.com",
  "*.pkg.dev",
  "*.gcr.io",
  "*.azurecr.io",
];

export const careful: Settings = {
  tier: "production",
  registries: usualRegistries,
  rpo: undefined,
  keep: undefined,
  protect: true,
  waivers: [],
};

export interface Read {
  readonly settings: Settings;
  /** What is wrong, a line each. */
  readonly problems: readonly string[];
}

const configKeys = ["tier", "protect", "registries", "rpo", "keep", "waivers"] as const;

/** Reads the keys of a stack file that matter here; the rest of the file, and its secrets, are not looked at. */
export function fromStack(key: (name: string) => unknown, rules: readonly string[], where: string): Read {
  const registry = key("registry");
  const targets = key("targets");
  const input: Record<string, unknown> = {
    tier: key("tier"),
    protect: key("protect"),
    registries: isObject(registry) ? registry.allowed : undefined,
    rpo: isObject(targets) ? targets.rpo : undefined,
    keep: windowOf(key("postgres")),
    waivers: key("waivers"),
  };
  const names: Readonly<Record<string, string>> = {
    registries: "registry.allowed",
    rpo: "targets.rpo",
    keep: "postgres.backup.keep",
  };
  return read(input, rules, careful, where, (path) => names[path] ?? path);
}

/** For how long all backups are promised, which the store itself enforces; that it is well written is the program's to say. */
function windowOf(postgres: unknown): string | undefined {
  const backup = isObject(postgres) ? postgres.backup : undefined;
  const keep = isObject(backup) ? backup.keep : undefined;
  const days = isObject(keep) ? Number(keep.days) || 0 : 0;
  return days === 0 ? undefined : `${days}d`;
}

/** Reads the `settings` of a policy config file over what the stack said. */
export function fromConfig(input: Json, rules: readonly string[], base: Settings): Read {
  const where = "settings of the policy config";
  const { settings, problems } = read(input, rules, base, where, (path) => path);
  const strangers = Object.keys(input).filter((key) => !(configKeys as readonly string[]).includes(key));
  const unknown = strangers.map((key) =>
    formatProblem(where, {
      path: key,
      found: "a setting that does not exist",
      allowed: listed(configKeys),
      remedy: didYouMean(key, configKeys),
    }),
  );
  return { settings, problems: [...problems, ...unknown] };
}

function read(
  input: Json,
  rules: readonly string[],
  base: Settings,
  where: string,
  named: (path: string) => string,
): Read {
  const problems: Problem[] = [];
  const wrong = (path: string, allowed: string) => {
    problems.push({ path: named(path), found: show(input[path]), allowed });
  };

  const { tier, protect, registries } = input;
  if (tier !== undefined && !isTier(tier)) wrong("tier", listed(tiers));
  if (protect !== undefined && typeof protect !== "boolean") wrong("protect", "true or false");
  const goodRegistries = Array.isArray(registries) && registries.every(isRegistry);
  if (registries !== undefined && !goodRegistries)
    wrong("registries", "a list of registries such as ghcr.io/acme");
  const duration = (path: "rpo" | "keep", example: string): number | undefined => {
    const said = input[path];
    const parsed = typeof said === "string" ? parseDuration(said)?.value : undefined;
    if (said !== undefined && parsed === undefined) wrong(path, `a duration such as ${example}`);
    return parsed;
  };
  const rpo = duration("rpo", "15m");
  const keep = duration("keep", "30d");
  const waivers = readWaivers(input.waivers, rules);

  const settled = isTier(tier) ? tier : base.tier;
  return {
    settings: {
      tier: settled,
      registries: goodRegistries && registries.length > 0 ? registries : base.registries,
      rpo: rpo ?? base.rpo,
      keep: keep ?? base.keep,
      protect: typeof protect === "boolean" ? protect : isTier(tier) ? settled !== "local" : base.protect,
      waivers: [...base.waivers, ...waivers.waivers],
    },
    problems: [...problems, ...waivers.problems].map((problem) => formatProblem(where, problem)),
  };
}

const isTier = (value: unknown): value is Tier => (tiers as readonly unknown[]).includes(value);
const registry = /^[a-z0-9*][a-z0-9.*-]*(:[0-9]+)?(\/[a-z0-9._/-]+)?$/;
const isRegistry = (value: unknown): value is string => typeof value === "string" && registry.test(value);
