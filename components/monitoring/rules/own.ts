/** The alerts a stack names itself: thresholds exactly as written. */
import { type Alerts, type Condition, SIGNALS } from "../../../config";
import { businessQuery, inUnitOf } from "../business";
import { alerting, compared, type AlertRule, type RulesArgs } from "./rule";

type Own = Alerts["rules"][string];

/** For the part each is of, or for each one the signal exists for. */
export function ownRules(args: RulesArgs): AlertRule[] {
  return Object.entries(args.rules).flatMap(([alert, rule]) =>
    partsOf(args, rule).flatMap((part) =>
      conditionOf(args, rule, part).map((expr) =>
        alerting(args, {
          alert,
          description: `${rule.when.text} for ${rule.for.text}`,
          expr,
          part: part ?? "product",
          severity: rule.severity,
          summary: `${part ?? args.product}: ${rule.summary ?? rule.when.text}`,
          wait: overItsTime(rule.when) ? "0s" : rule.for.text,
        }),
      ),
    ),
  );
}

function partsOf({ parts }: RulesArgs, { of, when }: Own): (string | undefined)[] {
  if (of !== undefined) return [of];
  return when.signal !== "metric" && SIGNALS[when.signal].of === "part" ? Object.keys(parts) : [undefined];
}

function conditionOf(args: RulesArgs, { for: wait, when }: Own, part: string | undefined): string[] {
  const { comparison, signal, threshold } = when;
  if (signal === "metric") return [ofMetric(args, when)];
  const window = overItsTime(when) && wait.value > 0 ? wait.text : "5m";
  return compared(args, signal, part, comparison, threshold, window);
}

function ofMetric({ business, watched: { namespace } }: RulesArgs, when: Condition): string {
  const metric = business.find((one) => one.metric === when.metric);
  // A gauge that several pods expose is one fact said several times: the worst of them counts.
  const value =
    metric === undefined || metric.kind === "gauge"
      ? `max(${when.metric ?? ""}{namespace="${namespace}"})`
      : businessQuery(metric, namespace, "5m");
  const threshold = metric === undefined ? when.threshold : inUnitOf(metric, when.threshold, when.unit);
  return `${value} ${when.comparison} ${threshold}`;
}

/** A share of good probes is one over the whole time already; waiting as long again would say it twice as late. */
function overItsTime({ signal }: Condition): boolean {
  return signal === "uptime";
}
