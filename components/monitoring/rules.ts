/** Alerts that follow from a stack's targets, and those it asks for by name. */
import {
  type Alerts,
  type Condition,
  formatDuration,
  type Signal,
  SIGNALS,
  type Targets,
} from "../../config";
import { type BusinessMetric, businessQuery, inUnitOf } from "./business";
import { errorRatio, latency, signal, type Watched } from "./queries";

export type Severity = "critical" | "high" | "medium" | "low";

export interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface RuleGroup {
  name: string;
  rules: Rule[];
}

type PartTargets = Pick<Targets, "availability" | "p95" | "errors">;

export interface RulesArgs {
  readonly watched: Watched;
  readonly product: string;
  /** Promises of each part that answers requests. */
  readonly parts: Readonly<Record<string, PartTargets>>;
  /** All parts, those that answer nobody too. */
  readonly allParts: readonly string[];
  readonly targets: Targets;
  /** The longest time between two backups, in milliseconds. */
  readonly backupEvery?: number | undefined;
  /** Metrics of the product's own, which rules may compare. */
  readonly business: readonly BusinessMetric[];
  readonly rules: Alerts["rules"];
  /** Where the runbook is published. */
  readonly runbook?: string | undefined;
}

/**
 * How fast the month's error budget goes: two windows each, the long one so that a blip does not ring, the short one so
 * that it stops ringing when it is over. After the SRE workbook.
 */
const BURNS = [
  { factor: 14.4, long: "1h", severity: "critical", short: "5m", wait: "2m" },
  { factor: 6, long: "6h", severity: "high", short: "30m", wait: "15m" },
  { factor: 1, long: "3d", severity: "medium", short: "6h", wait: "3h" },
] as const;

const MINUTE = 60e3;
const DAY = 86_400e3;

export function ruleGroups(args: RulesArgs): RuleGroup[] {
  const groups = [
    ...Object.entries(args.parts).map(([part, targets]) => ({
      name: `${part}-promises`,
      rules: promises(args, part, targets),
    })),
    ...args.allParts.map((part) => ({ name: `${part}-pods`, rules: health(args, part) })),
    { name: "postgres", rules: postgres(args) },
    { name: "redis", rules: redis(args) },
    { name: "cluster", rules: surroundings(args) },
    { name: "own", rules: own(args) },
  ];
  return groups
    .filter(({ rules }) => rules.length > 0)
    .map(({ name, rules }) => ({ name: `${args.product}-${name}`, rules }));
}

function promises(args: RulesArgs, part: string, { availability, p95, errors }: PartTargets): Rule[] {
  const budget = 1 - availability.value;
  const burns = BURNS.map(({ factor, long, short, severity, wait }) => {
    const most = Number((factor * budget).toPrecision(6));
    const both = [long, short].map((window) => `(${errorRatio(args.watched, part, window)}) > ${most}`);
    return rule(
      args,
      `ErrorBudgetBurns`,
      part,
      severity,
      both.join(" and "),
      wait,
      {
        description: `Errors over ${long} use the month's budget ${factor} times as fast as ${availability.text} allows.`,
        summary: `${part} fails too many requests`,
      },
      { window: long },
    );
  });
  return [
    ...burns,
    rule(
      args,
      "ErrorsAboveTarget",
      part,
      "high",
      `(${errorRatio(args.watched, part, "5m")}) > ${errors.value}`,
      "5m",
      {
        description: `More than ${errors.text} of answers are server errors.`,
        summary: `${part} answers with errors`,
      },
    ),
    rule(
      args,
      "LatencyAboveTarget",
      part,
      "high",
      `${latency(args.watched, part, 0.95, "5m")} > ${p95.value / 1000}`,
      "10m",
      {
        description: `5 of 100 answers take longer than ${p95.text}.`,
        summary: `${part} is slow`,
      },
    ),
  ];
}

function health(args: RulesArgs, part: string): Rule[] {
  const over = (name: Signal, most: number) => compared(args, name, part, ">", most);
  const at = args.watched;
  const deployment = `namespace="${at.namespace}",deployment="${part}"`;
  return [
    ...over("restarts", 3).map((expr) =>
      rule(args, "KeepsRestarting", part, "high", expr, "0s", {
        description: "More than three restarts in an hour.",
        summary: `${part} keeps restarting`,
      }),
    ),
    ...over("memory", 0.9).map((expr) =>
      rule(args, "MemoryNearLimit", part, "medium", expr, "15m", {
        description: "A pod uses more than 90 % of its memory limit.",
        summary: `${part} runs out of memory soon`,
      }),
    ),
    ...over("cpu", 0.95).map((expr) =>
      rule(args, "CpuAtLimit", part, "medium", expr, "15m", {
        description: "A pod has used all its CPU for a quarter of an hour.",
        summary: `${part} needs more CPU`,
      }),
    ),
    rule(
      args,
      "NoReplicaAvailable",
      part,
      "critical",
      `kube_deployment_status_replicas_available{${deployment}} < 1`,
      "2m",
      {
        description: "Not one replica is available.",
        summary: `${part} is down`,
      },
    ),
  ];
}

function postgres(args: RulesArgs): Rule[] {
  if (args.watched.postgres === undefined) return [];
  const { rpo, query } = args.targets;
  const make = (
    alert: string,
    severity: Severity,
    expr: readonly string[],
    wait: string,
    summary: string,
    description: string,
  ) => expr.map((one) => rule(args, alert, "postgres", severity, one, wait, { description, summary }));
  const late = args.backupEvery === undefined ? undefined : Math.round((args.backupEvery * 1.5) / 1000);
  const archive = `namespace="${args.watched.namespace}",pod=~"${args.watched.postgres}-[0-9]+"`;
  const archived = `max(cnpg_pg_stat_archiver_seconds_since_last_archival{${archive}} and on (pod) cnpg_pg_replication_in_recovery{${archive}} == 0)`;
  return [
    ...make(
      "PostgresDown",
      "critical",
      [`(sum(cnpg_collector_up{${archive}}) or vector(0)) < 1`],
      "2m",
      "The database is down",
      "No instance answers its own exporter.",
    ),
    ...make(
      "ConnectionsNearlyUsedUp",
      "high",
      compared(args, "connections", undefined, ">", 0.85),
      "5m",
      "Postgres has few connections left",
      "More than 85 % of the connections Postgres grants are in use.",
    ),
    ...make(
      "ReplicaBehind",
      "high",
      compared(args, "replication-lag", undefined, ">", Math.min(300, (rpo?.value ?? 5 * MINUTE) / 1000)),
      "5m",
      "A replica is behind",
      "A failover now would lose what the replica has not seen.",
    ),
    ...(query === undefined
      ? []
      : make(
          "QueriesSlow",
          "medium",
          compared(args, "query", undefined, ">", query.value / 1000),
          "15m",
          "Queries are slow",
          `The mean query takes longer than ${query.text}.`,
        )),
    ...(late === undefined
      ? []
      : make(
          "BackupTooOld",
          "critical",
          compared(args, "backup-age", undefined, ">", late),
          "10m",
          "The newest backup is too old",
          `No good backup for ${formatDuration(late * 1000)}.`,
        )),
    ...(rpo === undefined || late === undefined
      ? []
      : make(
          "ArchiveBehind",
          "critical",
          [`${archived} > ${rpo.value / 1000}`],
          "5m",
          "Changes are not archived",
          `A lost disk would cost more than the promised ${rpo.text}.`,
        )),
  ];
}

function redis(args: RulesArgs): Rule[] {
  return compared(args, "redis-memory", undefined, ">", 0.9).map((expr) =>
    rule(args, "RedisNearlyFull", "redis", "high", expr, "10m", {
      description: "More than 90 % of maxmemory is in use.",
      summary: "Redis is nearly full",
    }),
  );
}

function surroundings(args: RulesArgs): Rule[] {
  const make = (alert: string, severity: Severity, expr: readonly string[], wait: string, summary: string) =>
    expr.map((one) => rule(args, alert, "cluster", severity, one, wait, { description: summary, summary }));
  return [
    ...make(
      "DiskFillsUp",
      "high",
      compared(args, "disk", undefined, ">", 0.85),
      "15m",
      "A volume is more than 85 % full",
    ),
    ...make(
      "CertificateEndsSoon",
      "high",
      compared(args, "certificate-expiry", undefined, "<", (14 * DAY) / 1000),
      "1h",
      "A certificate ends within 14 days and was not renewed",
    ),
  ];
}

/** The rules a stack names, for the part they are of or for each one the signal exists for. */
function own(args: RulesArgs): Rule[] {
  return Object.entries(args.rules).flatMap(([alert, { when, for: wait, severity, of, summary }]) => {
    const perPart = when.signal !== "metric" && SIGNALS[when.signal].of === "part";
    const parts = of !== undefined ? [of] : perPart ? Object.keys(args.parts) : [undefined];
    return parts.flatMap((part) =>
      conditionOf(args, when, part).map((expr) =>
        rule(args, alert, part ?? "product", severity, expr, wait.text, {
          description: `${when.text} for ${wait.text}`,
          summary: summary ?? `${part ?? args.product}: ${when.text}`,
        }),
      ),
    );
  });
}

function conditionOf(args: RulesArgs, when: Condition, part: string | undefined): string[] {
  if (when.signal !== "metric") return compared(args, when.signal, part, when.comparison, when.threshold);
  const metric = args.business.find((one) => one.metric === when.metric);
  const { namespace } = args.watched;
  // A gauge that several pods expose is one fact said several times: the worst of them counts.
  const value =
    metric === undefined || metric.kind === "gauge"
      ? `max(${when.metric ?? ""}{namespace="${namespace}"})`
      : businessQuery(metric, namespace, "5m");
  const threshold = metric === undefined ? when.threshold : inUnitOf(metric, when.threshold, when.unit);
  return [`${value} ${when.comparison} ${threshold}`];
}

/** The comparison, as a list of one; of none where there is nothing to compare. */
function compared(
  args: RulesArgs,
  name: Signal,
  part: string | undefined,
  comparison: string,
  threshold: number,
): string[] {
  const expr = signal(name, args.watched, part, "5m");
  return expr === undefined ? [] : [`(${expr}) ${comparison} ${threshold}`];
}

function rule(
  { product, runbook, watched }: RulesArgs,
  alert: string,
  part: string,
  severity: Severity,
  expr: string,
  wait: string,
  annotations: Record<string, string>,
  more: Record<string, string> = {},
): Rule {
  return {
    alert,
    annotations: {
      ...annotations,
      ...(runbook === undefined ? {} : { runbook_url: `${runbook}#${alert.toLowerCase()}` }),
    },
    expr,
    for: wait,
    // The namespace is what Alertmanager sorts a product's alerts by.
    labels: { namespace: watched.namespace, part, product, severity, ...more },
  };
}
