/** The product's own metrics, as its parts declare them. */
import { type BusinessMetric, businessQuery } from "../business";
import { asking, type Unit, type View } from "./view";

const UNITS: Readonly<Record<BusinessMetric["unit"], Unit>> = {
  bytes: "bytes",
  count: "count",
  milliseconds: "milliseconds",
  money: "money",
  percent: "share",
  seconds: "seconds",
};

export const business: View = ({ business: metrics, watched }, window) =>
  asking(
    ...metrics.map(({ by, kind, metric, title, unit }) => ({
      queries: [
        {
          expr: businessQuery({ kind, metric }, watched.namespace, window, by),
          legend: by.length === 0 ? title : by.map((label) => `{{${label}}}`).join(" "),
        },
      ],
      title,
      unit: kind === "counter" && unit === "count" ? ("a second" as const) : UNITS[unit],
    })),
  );
