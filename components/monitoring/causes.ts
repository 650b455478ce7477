/** Which alert silences which: one failure, one message. What follows from a cause stays silent while the cause rings. */
import type { Alerts, Signal } from "../../config";
import type { RulesArgs, Severity } from "./rules/rule";

export interface Matcher {
  readonly name: string;
  readonly matchType: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

export interface Silence {
  readonly sourceMatch: readonly Matcher[];
  readonly targetMatch: readonly Matcher[];
  /** Labels that cause and consequence share. */
  readonly equal: readonly string[];
}

export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];

export interface CausesArgs {
  /** What each part or job cannot do without. */
  readonly needs: Readonly<Record<string, readonly string[]>>;
  readonly rules: Alerts["rules"];
}

/** What the names of a stack's parts and jobs say of causes. */
export function causesOf({
  copies,
  jobs,
  parts,
  rules,
}: Pick<RulesArgs, "copies" | "jobs" | "parts" | "rules">): CausesArgs {
  return {
    needs: Object.fromEntries(
      [parts, jobs, copies]
        .flatMap(Object.entries<{ readonly needs: readonly string[] }>)
        .map(([name, { needs }]) => [name, needs]),
    ),
    rules,
  };
}

/** Alerts that say a store is gone, or might as well be. */
const STORE_GONE: Readonly<Record<string, readonly string[]>> = {
  postgres: ["PostgresDown", "ConnectionsUsedUp"],
  redis: ["RedisDown"],
};
/** The alert that says so of a part. */
const PART_GONE = "NoReplicaAvailable";
/** Within one part: what an alert makes the others there superfluous. */
const WITHIN: readonly (readonly [cause: string, ...consequences: string[]])[] = [
  ["PostgresDown", "!"],
  ["RedisDown", "!"],
  ["ConnectionsUsedUp", "ConnectionsNearlyUsedUp", "PoolWaits", "QueriesSlow"],
  ["BackupMissing", "BackupFailed"],
  ["BackupTooOld", "BackupFailed"],
  ["ArchiveBehind", "ArchiveFails"],
  ["DrillFailed", "DrillTooOld"],
  ["MigrationFailed", "RolloutStuck"],
  ["OutOfMemory", "KeepsRestarting", "MemoryNearLimit"],
  ["KeepsRestarting", "RolloutStuck", "MetricsMissing"],
  ["CpuAtLimit", "CpuThrottled"],
  ["QueueStands", "QueueTooDeep", "QueueTooOld", "AtCeiling"],
  ["QueueTooDeep", "QueueTooOld", "AtCeiling"],
  ["VolumeFull", "VolumeFillsUp"],
  ["CertificateEnds", "CertificateEndsSoon"],
  ["JobFailed", "JobLate"],
  ["CopyFailed", "CopyLate"],
];
/** The derived alerts that ask what a stack's own rule about the signal asks too. */
const ALIKE: Readonly<Partial<Record<Signal, Readonly<Record<string, readonly Severity[]>>>>> = {
  "backup-age": { BackupTooOld: ["critical"] },
  "certificate-expiry": { CertificateEnds: ["critical"], CertificateEndsSoon: ["high"] },
  "drill-age": { DrillTooOld: ["medium"] },
  "queue-age": { QueueTooOld: ["high"] },
  "queue-depth": { QueueTooDeep: ["high"] },
  "redis-memory": { RedisNearlyFull: ["high"] },
  "replication-lag": { ReplicaBehind: ["high"] },
  availability: { ErrorBudgetBurns: ["critical", "high", "medium"], ErrorsAboveTarget: ["medium"] },
  connections: { ConnectionsNearlyUsedUp: ["high"], ConnectionsUsedUp: ["critical"] },
  cpu: { CpuAtLimit: ["high"], CpuThrottled: ["medium"] },
  disk: { VolumeFillsUp: ["high"], VolumeFull: ["critical"] },
  errors: { ErrorBudgetBurns: ["critical", "high", "medium"], ErrorsAboveTarget: ["medium"] },
  evictions: { QueueEvicts: ["critical"] },
  memory: { MemoryNearLimit: ["medium"] },
  p50: { LatencyBudgetBurns: ["high", "medium", "low"] },
  p95: { LatencyBudgetBurns: ["high", "medium", "low"] },
  p99: { LatencyBudgetBurns: ["high", "medium", "low"] },
  query: { QueriesSlow: ["medium"] },
  restarts: { KeepsRestarting: ["high"] },
};
/** Signals of a part: only alerts of the same part are about the same. */
const OF_PARTS = new Set<string>([
  "availability",
  "cpu",
  "errors",
  "memory",
  "p50",
  "p95",
  "p99",
  "restarts",
]);

export function silences(args: CausesArgs): Silence[] {
  return [...stores(args), ...partsDown(args), ...within(), ...budgets(), ...own(args)];
}

/** All of whoever needs a store, while the store is gone. */
function stores({ needs }: CausesArgs): Silence[] {
  return Object.entries(STORE_GONE).flatMap(([store, gone]) => {
    const dependents = dependentsOf(store, needs);
    if (dependents.length === 0) return [];
    return [{ equal: [], sourceMatch: [among("alertname", gone)], targetMatch: [among("part", dependents)] }];
  });
}

/** All else of a part that is down, and what others suffer from it. */
function partsDown({ needs }: CausesArgs): Silence[] {
  const down = is("alertname", PART_GONE);
  return [
    {
      equal: ["part"],
      sourceMatch: [down],
      targetMatch: [{ matchType: "!~", name: "alertname", value: `${PART_GONE}|MigrationFailed` }],
    },
    ...Object.keys(needs).flatMap((part) => {
      const dependents = dependentsOf(part, needs);
      if (dependents.length === 0) return [];
      const others: Matcher = { matchType: "!=", name: "alertname", value: PART_GONE };
      return [
        {
          equal: [],
          sourceMatch: [down, is("part", part)],
          targetMatch: [others, among("part", dependents)],
        },
      ];
    }),
  ];
}

function within(): Silence[] {
  return WITHIN.map(([cause, ...consequences]) => ({
    equal: ["part"],
    sourceMatch: [is("alertname", cause)],
    targetMatch: [
      consequences[0] === "!"
        ? { matchType: "!=" as const, name: "alertname", value: cause }
        : among("alertname", consequences),
    ],
  }));
}

/** The faster a budget goes, the less the slower alerts about the same have to add. */
function budgets(): Silence[] {
  return [
    ["ErrorBudgetBurns", "ErrorBudgetBurns", "critical"] as const,
    ["ErrorBudgetBurns", "ErrorBudgetBurns", "high"] as const,
    ["ErrorBudgetBurns", "ErrorsAboveTarget", "critical"] as const,
    ["ErrorBudgetBurns", "ErrorsAboveTarget", "high"] as const,
    ["LatencyBudgetBurns", "LatencyBudgetBurns", "high"] as const,
    ["LatencyBudgetBurns", "LatencyBudgetBurns", "medium"] as const,
  ].map(([cause, consequence, severity]) => ({
    equal: ["part", "route"],
    sourceMatch: [is("alertname", cause), is("severity", severity)],
    targetMatch: [is("alertname", consequence), among("severity", below(severity))],
  }));
}

/** Of a stack's own rule and a derived one about the same, the worse rings; its own where they are alike. */
function own({ rules }: CausesArgs): Silence[] {
  return Object.entries(rules).flatMap(([alert, { severity, when }]) => {
    if (when.signal === "metric") return [];
    const equal = OF_PARTS.has(when.signal) ? ["part"] : [];
    return Object.entries(ALIKE[when.signal] ?? {}).flatMap(([derived, severities]) => {
      const lesser = severities.filter((one) => one === severity || below(severity).includes(one));
      const worse = severities.filter((one) => below(one).includes(severity));
      const mine = [is("alertname", alert)];
      const theirs = (which: readonly Severity[]) => [is("alertname", derived), among("severity", which)];
      return [
        ...(lesser.length === 0 ? [] : [{ equal, sourceMatch: mine, targetMatch: theirs(lesser) }]),
        ...(worse.length === 0 ? [] : [{ equal, sourceMatch: theirs(worse), targetMatch: mine }]),
      ];
    });
  });
}

/**
 * What rang within the window for whatever a part cannot do without, itself among it. Alertmanager's silence ends with the
 * cause; the failures of that time stay in an alert's own window, and would ring then for what is mended.
 */
export function causeWithin(
  args: Pick<RulesArgs, "parts" | "watched">,
  part: string,
  window: string,
): string {
  const needs = Object.fromEntries(Object.entries(args.parts).map(([name, one]) => [name, one.needs]));
  const names = [...Object.keys(needs), ...Object.keys(STORE_GONE)];
  const needed = names.filter((name) => name === part || dependentsOf(name, needs).includes(part)).sort();
  const gone = [PART_GONE, ...needed.flatMap((name) => STORE_GONE[name] ?? [])];
  const matchers = [
    'alertstate="firing"',
    `namespace="${args.watched.namespace}"`,
    `alertname=~"${gone.join("|")}"`,
    `part=~"${needed.join("|")}"`,
  ];
  return `max_over_time(ALERTS{${matchers.join(",")}}[${window}])`;
}

/** Whoever needs it, directly or by way of another. */
function dependentsOf(needed: string, needs: CausesArgs["needs"]): string[] {
  const found = new Set<string>();
  const look = (name: string): void => {
    for (const [dependent, theirs] of Object.entries(needs)) {
      if (!theirs.includes(name) || found.has(dependent)) continue;
      found.add(dependent);
      look(dependent);
    }
  };
  look(needed);
  return [...found].filter((name) => name !== needed).sort();
}

function below(severity: Severity): Severity[] {
  return SEVERITIES.slice(SEVERITIES.indexOf(severity) + 1);
}

function is(name: string, value: string): Matcher {
  return { matchType: "=", name, value };
}
function among(name: string, values: readonly string[]): Matcher {
  return { matchType: "=~", name, value: values.join("|") };
}
