/** All rules of a stack: alerts that follow from its targets and its parts, and those it asks for by name. */
import { ownRules } from "./rules/own";
import { partRules } from "./rules/parts";
import { postgresRules } from "./rules/postgres";
import { promises } from "./rules/promises";
import { redisRules } from "./rules/redis";
import type { RuleGroup, RulesArgs } from "./rules/rule";
import { signalRules } from "./rules/signals";
import { jobRules, stackRules } from "./rules/stack";

export function ruleGroups(args: RulesArgs): RuleGroup[] {
  const groups: RuleGroup[] = [
    ...Object.entries(args.routes).map(([name, route]) => ({
      name: `route-${name}`,
      rules: promises(args, name, route),
    })),
    ...Object.entries(args.parts).map(([name, part]) => ({
      name: `part-${name}`,
      rules: partRules(args, name, part),
    })),
    { name: "postgres", rules: postgresRules(args) },
    { name: "redis", rules: redisRules(args) },
    { name: "jobs", rules: jobRules(args) },
    { name: "cluster", rules: stackRules(args) },
    { name: "own", rules: ownRules(args) },
    { name: "signals", rules: signalRules(args) },
  ];
  return groups
    .filter(({ rules }) => rules.length > 0)
    .map(({ name, rules }) => ({ name: `${args.product}-${name}`, rules }));
}
