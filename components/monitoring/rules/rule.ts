/** What a rule of Prometheus is, and how those of Slipway are made: each alert says of what, how bad, and where to read on. */
import type { Alerts, Signal, Targets } from "../../../config";
import type { BusinessMetric } from "../business";
import { signal, type Watched } from "../queries";

export type Severity = "critical" | "high" | "medium" | "low";

export interface AlertRule {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** A number that is worked out once and asked for often. */
export interface RecordingRule {
  record: string;
  expr: string;
  labels: Record<string, string>;
}

export type Rule = AlertRule | RecordingRule;

export interface RuleGroup {
  name: string;
  /** Time between two times that they are worked out; Prometheus' usual one when not said. */
  interval?: string;
  rules: Rule[];
}

export type Promises = Pick<Targets, "availability" | "p95" | "errors">;

/** A route as its visitors see it. */
export interface WatchedRoute {
  readonly part: string;
  /** Label matchers of its requests at the gateway. */
  readonly requests: string;
  /** A stream's answers take as long as they last: nothing is promised of their time. */
  readonly stream: boolean;
  readonly targets: Promises;
}

export interface WatchedPart {
  readonly scale: {
    readonly min: number;
    readonly max: number;
    readonly queue?: { readonly redis: string; readonly depth: number } | undefined;
  };
  readonly migrates: boolean;
  /** Whether Prometheus reads metrics of its own. */
  readonly scraped: boolean;
  /** Stores and parts it cannot do without. */
  readonly needs: readonly string[];
}

export interface WatchedJob {
  readonly every?: number | undefined;
  /** Stores and parts it cannot do without. */
  readonly needs: readonly string[];
}

/** What looks after copies of data. */
export interface WatchedCopy {
  /** The longest time between two runs, in milliseconds. */
  readonly every: number;
  /** Stores it cannot do without. */
  readonly needs: readonly string[];
}

export interface RulesArgs {
  readonly watched: Watched;
  readonly product: string;
  readonly parts: Readonly<Record<string, WatchedPart>>;
  /** By the route's name. */
  readonly routes: Readonly<Record<string, WatchedRoute>>;
  readonly targets: Targets;
  /** Of a database of ours: what else there is of it. Times in milliseconds. */
  readonly postgres?:
    | {
        readonly pooler: boolean;
        /** The longest time between two backups. */
        readonly backupEvery?: number | undefined;
        /** Age at which the last good drill is late. */
        readonly drillLate?: number | undefined;
      }
    | undefined;
  readonly redisRole?: "cache" | "queue" | undefined;
  /** Jobs by name, with the longest time between two runs where they have a schedule. */
  readonly jobs: Readonly<Record<string, WatchedJob>>;
  /** Jobs that look after copies, by name. */
  readonly copies: Readonly<Record<string, WatchedCopy>>;
  /** Whether somebody waits for a sign of life. */
  readonly deadman: boolean;
  /** Metrics of the product's own, which rules may compare. */
  readonly business: readonly BusinessMetric[];
  readonly rules: Alerts["rules"];
  /** Where the runbook is published. */
  readonly runbook?: string | undefined;
}

/** An alert as it is said: what about, how bad, when, since when. */
export interface Said {
  readonly alert: string;
  readonly part: string;
  readonly severity: Severity;
  readonly expr: string;
  /** @default 0s */
  readonly wait?: string;
  readonly summary: string;
  readonly description: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export function alerting({ product, runbook, watched }: RulesArgs, said: Said): AlertRule {
  const { alert, description, expr, labels, part, severity, summary, wait = "0s" } = said;
  const page = alert.toLowerCase();
  return {
    alert,
    annotations: {
      description,
      summary,
      // Published or not, there is a page of this name in the runbook.
      ...(runbook === undefined ? { runbook: page } : { runbook_url: `${runbook}#${page}` }),
    },
    expr,
    for: wait,
    // The namespace is what Alertmanager sorts a product's alerts by.
    labels: { namespace: watched.namespace, part, product, severity, ...labels },
  };
}

/** The comparison of a signal, as a list of one; of none where there is nothing to compare. */
export function compared(
  { watched }: RulesArgs,
  name: Signal,
  part: string | undefined,
  comparison: string,
  threshold: number,
  window = "5m",
): string[] {
  const expr = signal(name, watched, part, window);
  return expr === undefined ? [] : [`(${expr}) ${comparison} ${threshold}`];
}

/** Seconds of milliseconds. */
export const seconds = (milliseconds: number): number => milliseconds / 1000;

export const MINUTE = 60e3;
export const DAY = 86_400e3;
