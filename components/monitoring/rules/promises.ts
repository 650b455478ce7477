/** What each route promises, as error budgets: how fast they are used, over two windows each. */
import { causeWithin } from "../causes";
import { latencyBurn, recorded, type RouteSeries, SHORTEST, type Window, WINDOWS } from "../recordings";
import {
  alerting,
  type AlertRule,
  type RecordingRule,
  type Rule,
  type RulesArgs,
  type Severity,
  type WatchedRoute,
} from "./rule";

interface Burn {
  /** Budgets a month used at this rate. */
  readonly factor: number;
  readonly long: Window;
  /** So that it stops ringing when it is over. */
  readonly short: Window;
  readonly wait: string;
}

/**
 * How fast the month's error budget goes: two windows each, the long one so that a blip does not ring, the short one so
 * that it stops ringing when it is over. After the SRE workbook.
 */
const OF_ERRORS: readonly [Burn, Severity][] = [
  [{ factor: 14.4, long: "1h", short: "5m", wait: "2m" }, "critical"],
  [{ factor: 6, long: "6h", short: "30m", wait: "15m" }, "high"],
  [{ factor: 1, long: "3d", short: "6h", wait: "1h" }, "medium"],
];
/**
 * A promise of p95 has a budget of 5 in 100: 14.4 times that is nearly all of them, so the factors are smaller. A slow
 * answer is still an answer, so it is less severe.
 */
const OF_LATENCY: readonly [Burn, Severity][] = [
  [{ factor: 6, long: "30m", short: "5m", wait: "5m" }, "high"],
  [{ factor: 2, long: "6h", short: "30m", wait: "15m" }, "medium"],
  [{ factor: 1, long: "3d", short: "6h", wait: "1h" }, "low"],
];

/** Share of answers that a promise of p95 leaves to be slower. */
const SLOWER = 0.05;
/** A quiet night's one failure of three requests wakes nobody: as many must have failed in the long window. */
const FEWEST_FAILURES = 5;
const FEWEST_REQUESTS = 20;

/** Means over days change slowly and cost the most: they are worked out less often. */
const SLOW: readonly Window[] = ["3d", "30d"];

/** Recordings and alerts of a route. */
export function promises(args: RulesArgs, name: string, route: WatchedRoute): Rule[] {
  return [
    ...recordings(args, name, route),
    ...errorAlerts(args, name, route),
    ...(route.stream ? [] : latencyAlerts(args, name, route)),
  ];
}

function recordings(
  { product, watched }: RulesArgs,
  name: string,
  { part, requests, stream, targets }: WatchedRoute,
) {
  const labels = { namespace: watched.namespace, part, product, route: name };
  const at = recorded(watched.namespace, name);
  const all = `sum(rate(${watched.counter}{${requests}}[${SHORTEST}]))`;
  const failed = `sum(rate(${watched.counter}{${requests},code=~"5.."}[${SHORTEST}]))`;
  const record = (expr: string, rule: string) => ({ expr, labels, record: rule });
  return [
    record(all, at.requests.name),
    // No failure yet is an empty vector, which would hide the route rather than say nought.
    record(`${failed} or ${all} * 0`, at.errors.name),
    ...(stream
      ? []
      : [
          record(
            `sum by (le) (rate(${watched.histogram}_bucket{${requests}}[${SHORTEST}]))`,
            at.buckets.name,
          ),
        ]),
    ...WINDOWS.filter((window) => !SLOW.includes(window)).map((window) => ({
      ...errorRatio(at, window),
      labels,
    })),
    record(`vector(${targets.availability.value})`, at.promised.availability.name),
    ...(stream
      ? []
      : [
          record(latencyBurn(at.buckets.series, SLOWER, SHORTEST), at.p95.name),
          record(`vector(${targets.p95.value / 1000})`, at.promised.p95.name),
        ]),
  ];
}

function errorRatio(at: RouteSeries, window: Window): { expr: string; record: string } {
  const over = (series: string) => (window === SHORTEST ? series : `avg_over_time(${series}[${window}])`);
  return {
    expr: `${over(at.errors.series)} / ${over(at.requests.series)}`,
    record: at.errorRatio(window).name,
  };
}

/** What is recorded of a route over days. */
export function slowPromises(
  { product, watched }: RulesArgs,
  name: string,
  { part, targets }: WatchedRoute,
): RecordingRule[] {
  const labels = { namespace: watched.namespace, part, product, route: name };
  const at = recorded(watched.namespace, name);
  const left = `1 - ${at.errorRatio("30d").series} / ${rounded(1 - targets.availability.value)}`;
  return [
    ...SLOW.map((window) => ({ ...errorRatio(at, window), labels })),
    { expr: left, labels, record: at.budgetLeft.name },
  ];
}

function errorAlerts(args: RulesArgs, name: string, { part, targets }: WatchedRoute): AlertRule[] {
  const at = recorded(args.watched.namespace, name);
  const { availability, errors } = targets;
  const budget = 1 - availability.value;
  const burns = OF_ERRORS.map(([{ factor, long, short, wait }, severity]) => {
    const most = rounded(factor * budget);
    const often = atLeast(FEWEST_FAILURES, at.errors.series, long);
    return alerting(args, {
      alert: "ErrorBudgetBurns",
      description: `Failures over ${long} use the month's budget ${factor} times as fast as ${availability.text} allows.`,
      expr: [
        `${at.errorRatio(long).series} > ${most}`,
        `${at.errorRatio(short).series} > ${most}`,
        `${often} unless on () ${causeWithin(args, part, short)}`,
      ].join(" and "),
      labels: { route: name, slo: "availability", window: long },
      part,
      severity,
      summary: `${part} fails too many requests of route ${name}`,
      wait,
    });
  });
  return [
    ...burns,
    alerting(args, {
      alert: "ErrorsAboveTarget",
      description: `Over an hour, more than the promised ${errors.text} of answers were server errors.`,
      expr:
        `${at.errorRatio("1h").series} > ${errors.value} and ` +
        `${atLeast(FEWEST_FAILURES, at.errors.series, "1h")} unless on () ${causeWithin(args, part, "1h")}`,
      labels: { route: name, slo: "errors" },
      part,
      severity: "medium",
      summary: `${part} answers route ${name} with errors more often than promised`,
      wait: "15m",
    }),
  ];
}

function latencyAlerts(args: RulesArgs, name: string, { part, targets: { p95 } }: WatchedRoute): AlertRule[] {
  const at = recorded(args.watched.namespace, name);
  return OF_LATENCY.map(([{ factor, long, short, wait }, severity]) => {
    const slow = (window: Window) =>
      `${latencyBurn(at.buckets.series, factor * SLOWER, window)} > ${p95.value / 1000}`;
    const enough = atLeast(FEWEST_REQUESTS, at.requests.series, long);
    return alerting(args, {
      alert: "LatencyBudgetBurns",
      description: `Over ${long}, more than ${rounded(factor * SLOWER * 100)} of 100 answers took longer than the promised ${p95.text}.`,
      expr: `${slow(long)} and ${slow(short)} and on () ${enough} unless on () ${causeWithin(args, part, short)}`,
      labels: { route: name, slo: "latency", window: long },
      part,
      severity,
      summary: `${part} answers route ${name} too slowly`,
      wait,
    });
  });
}

/** How often to look: no rarer than the rates' own five minutes, or requests are missed; what rings soon is looked at at once. */
const STEPS: Readonly<Record<Window, readonly [text: string, seconds: number]>> = {
  "1h": ["10s", 10],
  "30d": ["5m", 300],
  "30m": ["10s", 10],
  "3d": ["5m", 300],
  "5m": ["10s", 10],
  "6h": ["1m", 60],
};

/**
 * Whether so many came in a window, or in the last five minutes of it, which the window's sum counts only as they pass. A mean
 * times the window would take a product's first minutes for all of it: one failure while it started would be as many as an
 * hour of them.
 */
function atLeast(fewest: number, rates: string, window: Window): string {
  const [step, seconds] = STEPS[window];
  const lately = `${rates} * 300 >= ${fewest}`;
  return `(${lately} or sum_over_time(${rates}[${window}:${step}]) * ${seconds} >= ${fewest})`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
