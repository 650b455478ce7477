/** Names and selectors of the numbers that rules work out for each route, for the alerts, dashboards and pages that ask for them. */

/** Windows of the error ratio; the last is the month that a budget is for. */
export const WINDOWS = ["5m", "30m", "1h", "6h", "3d", "30d"] as const;
export type Window = (typeof WINDOWS)[number];
/** What all rates are taken over; longer windows are means of it. */
export const SHORTEST = "5m" satisfies Window;

interface Recorded {
  /** The series' name. */
  readonly name: string;
  /** The series of this route. */
  readonly series: string;
}

export interface RouteSeries {
  readonly requests: Recorded;
  readonly errors: Recorded;
  /** Answers a second by `le`. */
  readonly buckets: Recorded;
  readonly errorRatio: (window: Window) => Recorded;
  /** Share of the month's budget that is left, of 1; below 0 it is overdrawn. */
  readonly budgetLeft: Recorded;
  /** The time within which 95 of 100 answers come. */
  readonly p95: Recorded;
  /** What was promised: a share of answers, and seconds. */
  readonly promised: { readonly availability: Recorded; readonly p95: Recorded };
}

/** What is recorded of a route; of every route of the namespace when none is named. */
export function recorded(namespace: string, route?: string): RouteSeries {
  const matchers = `namespace="${namespace}"${route === undefined ? "" : `,route="${route}"`}`;
  const of = (name: string): Recorded => ({ name, series: `${name}{${matchers}}` });
  return {
    buckets: of("slipway:seconds_bucket:rate5m"),
    budgetLeft: of("slipway:errors:budget_left"),
    p95: of("slipway:seconds:p95_rate5m"),
    promised: { availability: of("slipway:promised:availability"), p95: of("slipway:promised:p95_seconds") },
    errorRatio: (window) => of(`slipway:errors:ratio_rate${window}`),
    errors: of("slipway:errors:rate5m"),
    requests: of("slipway:requests:rate5m"),
  };
}

/**
 * The time that the given share of answers took longer than, over a window. Comparing it with a promise asks whether more
 * than that share were slower, without needing a bucket that ends at the promise.
 */
export function latencyBurn(buckets: string, share: number, window: Window): string {
  const quantile = Number((1 - share).toPrecision(6));
  const over = window === SHORTEST ? buckets : `avg_over_time(${buckets}[${window}])`;
  return `histogram_quantile(${quantile}, sum by (le) (${over}))`;
}
