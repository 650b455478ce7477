/** A small product with one of each thing that rules are about, and what Prometheus reads of it on a good day. */
import type { RulesArgs } from "../../../components/monitoring/rules/rule";
import { stackDefaults } from "../../../config";
import { parseCondition } from "../../../config/condition";
import { time } from "../../helpers/product";

const percent = (value: number) => ({ text: `${value * 100}%`, value });
const promised = { availability: percent(0.999), errors: percent(0.001), p95: time("200ms") };

export const SHOP: RulesArgs = {
  business: [],
  copies: {
    "postgres-offsite": { every: 24 * 3600e3, needs: [] },
    "redis-copy": { every: 6 * 3600e3, needs: ["redis"] },
  },
  deadman: false,
  jobs: { cleanup: { every: 3600e3, needs: ["postgres"] } },
  parts: {
    api: { migrates: true, needs: ["postgres", "redis"], scale: { max: 4, min: 2 }, scraped: true },
    worker: {
      migrates: false,
      needs: ["redis"],
      scale: { max: 3, min: 1, queue: { depth: 10, redis: "bull:jobs:wait" } },
      scraped: false,
    },
  },
  postgres: { backupEvery: 6 * 3600e3, drillLate: 14 * 86_400e3, pooler: true },
  product: "shop",
  redisRole: "queue",
  routes: {
    "api-all": {
      part: "api",
      requests: 'router=~"httproute-shop-(api-all)-gw-.+"',
      stream: false,
      targets: promised,
    },
    "api-events": {
      part: "api",
      requests: 'router=~"httproute-shop-(api-events)-gw-.+"',
      stream: true,
      targets: promised,
    },
  },
  rules: {},
  targets: { ...stackDefaults().targets, ...promised, query: time("50ms"), rpo: time("15m") },
  watched: {
    counter: "traefik_router_requests_total",
    histogram: "traefik_router_request_duration_seconds",
    namespace: "shop",
    postgres: "postgres",
    redis: "redis",
    requests: { api: 'router=~"httproute-shop-(api-all|api-events)-gw-.+"' },
  },
};

/** A stack's own rule, as its file has it. */
export function ownRule(
  when: string,
  wait: string,
  severity: "critical" | "high" | "medium" | "low",
): RulesArgs["rules"][string] {
  const condition = parseCondition(when);
  if (condition === undefined) throw new Error(`${when} is no condition`);
  return { for: time(wait), severity, when: condition };
}

/** Series by name, with their values a minute as promtool writes them. */
export type Series = Readonly<Record<string, string>>;

export const requests = (code: string) =>
  `traefik_router_requests_total{router="httproute-shop-api-all-gw-ingress-ep-https-0-ab12",code="${code}"}`;
export const took = (le: string) =>
  `traefik_router_request_duration_seconds_bucket{router="httproute-shop-api-all-gw-ingress-ep-https-0-ab12",code="200",le="${le}"}`;
const ns = 'namespace="shop"';
export const available = (part: string) =>
  `kube_deployment_status_replicas_available{${ns},deployment="${part}"}`;
export const pod = (metric: string, part: string, more = "") =>
  `${metric}{${ns},pod="${part}-6f9c7d5b8-x2x4z",container="${part}"${more}}`;
export const instance = (metric: string, more = "") => `${metric}{${ns},pod="postgres-1"${more}}`;
export const store = (metric: string, more = "") => `${metric}{${ns},pod="redis-0"${more}}`;
export const of = (metric: string, more = "") => `${metric}{${ns}${more}}`;

/** A day: longer than any scenario. */
const N = 1500;
export const steady = (value: number) => `${value}x${N}`;
export const rising = (each: number, from = 0) => `${from}+${each}x${N}`;

export const GOOD_DAY: Series = {
  // Ten requests a second, nearly all of them quick.
  [requests("200")]: rising(600),
  [took("0.1")]: rising(580),
  [took("0.2")]: rising(595),
  [took("0.5")]: rising(600),
  [took("+Inf")]: rising(600),
  [available("api")]: steady(2),
  [available("worker")]: steady(1),
  [pod("kube_pod_container_status_restarts_total", "api")]: steady(0),
  [pod("kube_pod_container_resource_limits", "api", ',resource="memory"')]: steady(1000),
  [pod("container_memory_working_set_bytes", "api")]: steady(500),
  [pod("kube_pod_container_resource_limits", "api", ',resource="cpu"')]: steady(1),
  [pod("container_cpu_usage_seconds_total", "api")]: rising(30),
  [of("kube_horizontalpodautoscaler_status_current_replicas", ',horizontalpodautoscaler="api"')]: steady(2),
  [of("kube_horizontalpodautoscaler_spec_max_replicas", ',horizontalpodautoscaler="api"')]: steady(4),
  [of("up", ',pod="api-6f9c7d5b8-x2x4z"')]: steady(1),
  [instance("cnpg_collector_up")]: steady(1),
  [instance("cnpg_backends_total")]: steady(20),
  [instance("cnpg_pg_settings_setting", ',name="max_connections"')]: steady(100),
  [instance("cnpg_pg_replication_in_recovery")]: steady(0),
  [instance("cnpg_pg_replication_lag")]: steady(0),
  [instance("cnpg_pg_stat_statements_calls")]: rising(6000),
  [instance("cnpg_pg_stat_statements_total_exec_time_seconds")]: rising(60),
  [instance("cnpg_collector_pg_wal_archive_status", ',value="ready"')]: steady(0),
  [instance("cnpg_pg_stat_archiver_seconds_since_last_archival")]: steady(60),
  [instance("cnpg_pg_stat_archiver_last_archived_time")]: rising(60, 100),
  [instance("cnpg_pg_stat_archiver_last_failed_time")]: steady(-1),
  [instance("barman_cloud_cloudnative_pg_io_last_available_backup_timestamp")]: rising(60, 1),
  [instance("barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp")]: steady(0),
  [of("kube_lease_renew_time", ',lease="slipway-drill"')]: rising(60),
  [store("redis_up")]: steady(1),
  [store("redis_memory_used_bytes")]: steady(50),
  [store("redis_memory_max_bytes")]: steady(100),
  [store("redis_evicted_keys_total")]: steady(0),
  // Workers take what comes: up and down again.
  [store("redis_key_size", ',db="db0",key="bull:jobs:wait"')]: "0 5 ".repeat(N / 2).trim(),
  [of("queue_oldest_age_seconds", ',pod="worker-1"')]: steady(3),
  [of("kubelet_volume_stats_available_bytes", ',persistentvolumeclaim="postgres-1"')]: steady(70),
  [of("kubelet_volume_stats_capacity_bytes", ',persistentvolumeclaim="postgres-1"')]: steady(100),
  [of("certmanager_certificate_expiration_timestamp_seconds", ',name="shop"')]: steady(60 * 86_400),
  [of("kube_cronjob_status_last_successful_time", ',cronjob="cleanup"')]: rising(60),
  [of("kube_cronjob_status_last_successful_time", ',cronjob="postgres-offsite"')]: rising(60),
  [of("kube_cronjob_status_last_successful_time", ',cronjob="redis-copy"')]: rising(60),
  ...Object.fromEntries(
    ["api-all", "api-events"].map((route) => [
      of("probe_success", `,part="api",route="${route}"`),
      steady(1),
    ]),
  ),
};

/** A counter that rises by so much a minute, for so many minutes, one after the other. */
export function slopes(
  from: number,
  ...segments: readonly (readonly [minutes: number, each: number])[]
): string {
  let at = from;
  return segments
    .map(([minutes, each]) => {
      const text = `${at}+${each}x${minutes - 1}`;
      at += each * minutes;
      return text;
    })
    .join(" ");
}

/** A gauge that stays at a value for so many minutes, one after the other; `undefined` is not there. */
export function levels(
  ...segments: readonly (readonly [minutes: number, value: number | undefined])[]
): string {
  return segments
    .map(([minutes, value]) => (value === undefined ? `_x${minutes}` : `${value}x${minutes - 1}`))
    .join(" ");
}
