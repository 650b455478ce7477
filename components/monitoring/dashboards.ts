/** Grafana dashboards from the same queries the alerts ask: Overview, Infrastructure, Business. */
import { type BusinessMetric, businessQuery } from "./business";
import { errorRatio, latency, signal, type Watched } from "./queries";

export interface DashboardsArgs {
  readonly product: string;
  readonly watched: Watched;
  readonly parts: readonly string[];
  readonly business: readonly BusinessMetric[];
}

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
}

const WINDOW = "$__rate_interval";
const UNITS: Readonly<Record<BusinessMetric["unit"], string>> = {
  bytes: "bytes",
  count: "short",
  milliseconds: "ms",
  money: "currencyUSD",
  percent: "percentunit",
  seconds: "s",
};

/** Dashboards by name, as Grafana reads them. A dashboard without panels is not made. */
export function dashboards(args: DashboardsArgs): Record<string, object> {
  const made = { business: business(args), infrastructure: infrastructure(args), overview: overview(args) };
  return Object.fromEntries(
    Object.entries(made)
      .filter(([, panels]) => panels.length > 0)
      .map(([name, panels]) => [name, dashboard(args.product, name, panels)]),
  );
}

function overview({ watched, parts }: DashboardsArgs): Panel[] {
  const served = parts.filter((part) => part in watched.requests);
  const each = (title: string, unit: string, query: (part: string) => string | undefined): Panel => ({
    queries: served.flatMap((part) => asked(part, query(part))),
    title,
    unit,
  });
  return served.length === 0
    ? []
    : [
        each("Requests a second", "reqps", (part) => signal("requests", watched, part, WINDOW)),
        each("Errors", "percentunit", (part) => errorRatio(watched, part, WINDOW)),
        each("Time, 95 of 100", "s", (part) => latency(watched, part, 0.95, WINDOW)),
        each("Availability over 30 days", "percentunit", (part) =>
          signal("availability", watched, part, WINDOW),
        ),
      ];
}

function infrastructure({ watched, parts }: DashboardsArgs): Panel[] {
  const ofParts = (title: string, unit: string, name: "cpu" | "memory" | "restarts"): Panel => ({
    queries: parts.flatMap((part) => asked(part, signal(name, watched, part, WINDOW))),
    title,
    unit,
  });
  const one = (title: string, unit: string, name: Parameters<typeof signal>[0]): Panel[] => {
    const queries = asked(title, signal(name, watched, undefined, WINDOW));
    return queries.length === 0 ? [] : [{ queries, title, unit }];
  };
  return [
    ofParts("CPU of its limit", "percentunit", "cpu"),
    ofParts("Memory of its limit", "percentunit", "memory"),
    ofParts("Restarts in an hour", "short", "restarts"),
    ...one("Postgres connections in use", "percentunit", "connections"),
    ...one("Mean query", "s", "query"),
    ...one("Replica behind", "s", "replication-lag"),
    ...one("Age of the newest backup", "s", "backup-age"),
    ...one("Redis memory in use", "percentunit", "redis-memory"),
    ...one("Redis evictions in an hour", "short", "evictions"),
    ...one("Fullest volume", "percentunit", "disk"),
    ...one("First certificate ends in", "s", "certificate-expiry"),
  ];
}

function business({ business: metrics, watched }: DashboardsArgs): Panel[] {
  return metrics.map(({ by, kind, metric, title, unit }) => {
    const expr = businessQuery({ kind, metric }, watched.namespace, WINDOW, by);
    const legend = by.length === 0 ? title : by.map((label) => `{{${label}}}`).join(" ");
    return { queries: [{ expr, legend }], title, unit: UNITS[unit] };
  });
}

function asked(legend: string, expr: string | undefined): Panel["queries"] {
  return expr === undefined ? [] : [{ expr, legend }];
}

const COLUMNS = 2;
const WIDTH = 12;
const HEIGHT = 8;

function dashboard(product: string, name: string, panels: readonly Panel[]): object {
  return {
    editable: false,
    panels: panels.map((panel, index) => ({
      datasource: { type: "prometheus", uid: "${datasource}" },
      fieldConfig: { defaults: { min: 0, unit: panel.unit }, overrides: [] },
      gridPos: {
        h: HEIGHT,
        w: WIDTH,
        x: (index % COLUMNS) * WIDTH,
        y: Math.floor(index / COLUMNS) * HEIGHT,
      },
      id: index + 1,
      targets: panel.queries.map(({ expr, legend }, query) => ({
        expr,
        legendFormat: legend,
        refId: String.fromCharCode("A".charCodeAt(0) + query),
      })),
      title: panel.title,
      type: "timeseries",
    })),
    refresh: "30s",
    schemaVersion: 39,
    tags: ["slipway", product],
    templating: { list: [{ name: "datasource", query: "prometheus", type: "datasource" }] },
    time: { from: "now-6h", to: "now" },
    title: `${product}: ${name}`,
    uid: `slipway-${product}-${name}`.slice(0, 40),
  };
}
