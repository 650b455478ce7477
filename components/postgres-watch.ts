/** What is read of a database: its instances' series, its poolers', and how long its queries take. */
import type { Duration } from "../config";
import { endpoint, keeping, podMonitorSpec, type Relabeling } from "./monitors";
import { POOLER_SERIES, POSTGRES_SERIES, POSTGRES_SETTINGS } from "./monitoring/series";
import { instancesOf } from "./postgres-ways";

const USUAL_INTERVAL: Duration = { text: "30s", value: 30_000 };

export function instancesMonitor(cluster: string, interval?: Duration): ReturnType<typeof podMonitorSpec> {
  const { kept, of } = POSTGRES_SETTINGS;
  return podMonitorSpec(
    instancesOf(cluster),
    reading(interval, keeping(...POSTGRES_SERIES, of), {
      action: "keep",
      // Of a setting its name is looked at, of all else nothing.
      regex: `${of};(${kept.join("|")})|[^;]+;`,
      sourceLabels: ["__name__", "name"],
    }),
  );
}

export function poolersMonitor(cluster: string, interval?: Duration): ReturnType<typeof podMonitorSpec> {
  return podMonitorSpec(
    { "cnpg.io/cluster": cluster, "cnpg.io/podRole": "pooler" },
    reading(interval, keeping(...POOLER_SERIES)),
  );
}

function reading(interval = USUAL_INTERVAL, ...kept: Relabeling[]): ReturnType<typeof endpoint> {
  return endpoint("metrics", "/metrics", interval, kept);
}

export const QUERIES_KEY = "queries";

/** Calls and time of all queries of a database, in the exporter's YAML. */
export function queriesOf(database: string): string {
  const query =
    "SELECT sum(calls) AS calls, sum(total_exec_time) / 1000 AS total_exec_time_seconds FROM pg_stat_statements";
  return [
    "pg_stat_statements:",
    `  query: "${query}"`,
    `  target_databases: ["${database}"]`,
    "  metrics:",
    "    - calls:",
    '        usage: "COUNTER"',
    '        description: "Queries that were run"',
    "    - total_exec_time_seconds:",
    '        usage: "COUNTER"',
    '        description: "Time they took"',
    "",
  ].join("\n");
}
