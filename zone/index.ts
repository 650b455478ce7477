/**
 * A Cloudflare zone on one page: one stack a zone, `pulumi up --cwd zone -s example.com`. It reads the stack files of the
 * product that name the zone, and makes what they want of it together.
 */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { parseSettings } from "../config";
import { readStackFile } from "../config/source";
import { type CacheRule, type LimitRule, type Member, membersOf, planOf } from "./plan";

/** Cloudflare's own ruleset against known attacks; the same id for everyone. */
const MANAGED_RULES = "efb7b8c949ac4650a09736dc376e9aee";

const config = new pulumi.Config();
/** Where the stack files are, below this folder. */
const folder = resolve(__dirname, config.get("stacks") ?? "..");
const name = config.get("zone") ?? pulumi.getStack();

const stacks = readdirSync(folder)
  .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
  .sort()
  .map((stack): Member => {
    const file = readStackFile(join(folder, `Pulumi.${stack}.yaml`));
    return { settings: parseSettings(file.raw, file), stack };
  });

const plan = (() => {
  try {
    return planOf(name, stacks);
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
})();

const { zoneId } = cloudflare.getZoneOutput({ filter: { name } });

for (const [settingId, value] of Object.entries(plan.settings)) {
  new cloudflare.ZoneSetting(settingId.replaceAll("_", "-"), { settingId, value, zoneId });
}

ruleset("cache", "http_request_cache_settings", plan.cache.map(cached));
ruleset("limits", "http_ratelimit", plan.limits.map(limited));
if (plan.waf) {
  ruleset("managed-rules", "http_request_firewall_managed", [
    {
      action: "execute",
      actionParameters: { id: MANAGED_RULES },
      description: "Cloudflare's managed rules",
      expression: "true",
    },
  ]);
}

type Rule = cloudflare.types.input.RulesetRule;

/** The one ruleset of a phase; none where there is nothing to say. */
function ruleset(called: string, phase: string, rules: Rule[]): void {
  if (rules.length === 0) return;
  new cloudflare.Ruleset(called, { kind: "zone", name: `slipway ${called}`, phase, rules, zoneId });
}

function cached({ description, expression, seconds, query }: CacheRule): Rule {
  const ttl = (value: number) => ({ default: value, mode: "override_origin" });
  return {
    action: "set_cache_settings",
    actionParameters:
      seconds === undefined
        ? { cache: false }
        : {
            cache: true,
            edgeTtl: ttl(seconds),
            ...(query ? {} : { cacheKey: { customKey: { queryString: { exclude: { all: true } } } } }),
          },
    description,
    expression,
  };
}

function limited({ description, expression, requests, period }: LimitRule): Rule {
  return {
    action: "block",
    description,
    expression,
    ratelimit: {
      // Cloudflare counts where a visitor arrives: without the colo it takes no other characteristic.
      characteristics: ["ip.src", "cf.colo.id"],
      mitigationTimeout: period,
      period,
      requestsPerPeriod: requests,
    },
  };
}

export const zone = { name, stacks: membersOf(name, stacks).map(({ stack }) => stack) };
