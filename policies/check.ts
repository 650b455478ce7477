/** All rules over a set of resources at once, outside of the engine. */
import { sorted } from "./findings";
import type { Finding, Rule } from "./rule";
import type { Resource } from "./resource";
import { Run } from "./run";
import type { Settings } from "./settings";

export interface Checked {
  /** Worst first. */
  readonly findings: readonly Finding[];
  readonly waivers: ReturnType<Run["book"]["report"]>;
}

export function check(
  rules: readonly Rule[],
  resources: readonly Resource[],
  settings: Settings,
  now: Date,
  /** The same objects as a cluster has them: rules about single objects look at these instead. */
  live: readonly Resource[] = resources,
): Checked {
  const run = new Run(rules, settings, now);
  const findings = rules.flatMap((rule) =>
    rule.type === "stack"
      ? run.whole(rule, resources)
      : (rule.type === "object" ? live : resources).flatMap((resource) => run.one(rule, resource)),
  );
  return { findings: sorted(findings), waivers: run.book.report() };
}
