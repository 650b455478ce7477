/** A metric of the product's own as one number: on its dashboard, and in the alerts that compare it. */

/** A metric of the product's own, for the Business dashboard. */
export interface BusinessMetric {
  readonly metric: string;
  readonly title: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly by: readonly string[];
  readonly unit: "count" | "seconds" | "milliseconds" | "bytes" | "percent" | "money";
}

/** A counter's rate a second, a gauge's value, the time within which 95 of 100 are done: in all, or split by labels. */
export function businessQuery(
  { kind, metric }: Pick<BusinessMetric, "kind" | "metric">,
  namespace: string,
  window: string,
  by: readonly string[] = [],
): string {
  const matchers = `{namespace="${namespace}"}`;
  const groups = by.length === 0 ? "" : ` by (${by.join(", ")})`;
  const buckets = ["le", ...by].join(", ");
  switch (kind) {
    case "counter":
      return `sum${groups} (rate(${metric}${matchers}[${window}]))`;
    case "gauge":
      return `sum${groups} (${metric}${matchers})`;
    case "histogram":
      return `histogram_quantile(0.95, sum by (${buckets}) (rate(${metric}_bucket${matchers}[${window}])))`;
  }
}

/** What the metric must be compared with: alerts say seconds and fractions, a metric may count in milliseconds. */
export function inUnitOf({ unit }: Pick<BusinessMetric, "unit">, threshold: number, of: string): number {
  return unit === "milliseconds" && of === "duration" ? threshold * 1000 : threshold;
}
