/** All rules of a stack: alerts that follow from its targets and its parts, and those it asks for by name. */
import { copyRules } from "./rules/copies";
import { outsideRules } from "./rules/outside";
import { ownRules } from "./rules/own";
import { partRules } from "./rules/parts";
import { postgresRules } from "./rules/postgres";
import { promises, slowPromises } from "./rules/promises";
import { redisRules } from "./rules/redis";
import type { RuleGroup, RulesArgs } from "./rules/rule";
import { signalRules } from "./rules/signals";
import { jobRules, stackRules } from "./rules/stack";

export function ruleGroups(args: RulesArgs): RuleGroup[] {
  const groups: RuleGroup[] = [
    ...Object.entries(args.routes).flatMap(([name, route]) => [
      { name: `route-${name}`, rules: promises(args, name, route) },
      { interval: "1m", name: `route-${name}-slow`, rules: slowPromises(args, name, route) },
    ]),
    ...Object.entries(args.parts).map(([name, part]) => ({
      name: `part-${name}`,
      rules: partRules(args, name, part),
    })),
    { name: "postgres", rules: postgresRules(args) },
    { name: "redis", rules: redisRules(args) },
    { name: "jobs", rules: jobRules(args) },
    { name: "copies", rules: copyRules(args) },
    { name: "cluster", rules: stackRules(args) },
    { name: "outside", rules: outsideRules(args) },
    { name: "own", rules: ownRules(args) },
    { name: "signals", rules: signalRules(args) },
  ];
  return groups
    .filter(({ rules }) => rules.length > 0)
    .map((group) => ({ ...group, name: `${args.product}-${group.name}` }));
}
