/** What is asked of Prometheus about parts and stores: each signal of the configuration, in PromQL. */
import { type Signal, SUPERUSER_RESERVE } from "../../config";

/** What queries are about. */
export interface Watched {
  readonly namespace: string;
  /** Name of the database's cluster. */
  readonly postgres?: string | undefined;
  readonly redis?: string | undefined;
  /** Requests to a part, as the gateway counts them: label matchers by part. */
  readonly requests: Readonly<Record<string, string>>;
  /** Name of the counter and of the histogram of requests. */
  readonly counter: string;
  readonly histogram: string;
  /** The nodes' own disks also hold what is no product's: a volume that is a folder of one says nothing of the product. */
  readonly sharedDisks?: boolean | undefined;
}

/** A quantile of the time the gateway waits for a part, in seconds. */
export function latency(at: Watched, part: string, quantile: number, window: string): string {
  const rate = `rate(${at.histogram}_bucket{${at.requests[part] ?? ""}}[${window}])`;
  return `histogram_quantile(${quantile}, sum by (le) (${rate}))`;
}

/** Server errors of all answers of a part. */
export function errorRatio(at: Watched, part: string, window: string): string {
  const matchers = at.requests[part] ?? "";
  const errors = `sum(rate(${at.counter}{${matchers},code=~"5.."}[${window}]))`;
  // No errors yet is an empty vector, which would hide the part rather than say nought.
  return `(${errors} or vector(0)) / sum(rate(${at.counter}{${matchers}}[${window}]))`;
}

/** Pods of a part: its own, not those of a part whose name begins alike. */
export function podsOf(at: Watched, part: string): string {
  return `namespace="${at.namespace}",pod=~"${part}-[a-z0-9]+-[a-z0-9]{5}",container="${part}"`;
}

/** Instances of the database, not its poolers; one that was restored has the time of that in its name. */
export function postgresPods({ namespace, postgres }: Watched): string | undefined {
  return postgres === undefined ? undefined : `namespace="${namespace}",pod=~"${postgres}(-[0-9]+)+"`;
}

export function redisPods({ namespace, redis }: Watched): string | undefined {
  return redis === undefined ? undefined : `namespace="${namespace}",pod=~"${redis}-[0-9]+"`;
}

/** Jobs that wait in one list of the queue. */
export function queueDepth(at: Watched, list: string): string | undefined {
  const pods = redisPods(at);
  return pods && `sum(redis_key_size{${pods},key=${JSON.stringify(list)}})`;
}

/** What workers tell of their queues. Each replica tells the same: the greatest, not the sum. */
export const queueSignals = {
  age: ({ namespace }: Watched) => `max(queue_oldest_age_seconds{namespace="${namespace}"})`,
};

/** Of Jobs that follow each other, whether the newest that has ended failed: a later success takes it back. */
export function latestFailed(namespace: string, job: string): string {
  const those = `namespace="${namespace}",job_name=~"${job}"`;
  const started = (ended: string) =>
    `max(kube_job_status_start_time{${those}} and on (job_name) ${ended}{${those},condition="true"} == 1)`;
  return `${started("kube_job_failed")} > (${started("kube_job_complete")} or vector(0))`;
}

/** When a scheduled job last ended well; of one that never did, when it was made: what never works is late some day too. */
export function jobSucceeded(namespace: string, job: string): string {
  const those = `namespace="${namespace}",cronjob="${job}"`;
  return `max(kube_cronjob_status_last_successful_time{${those}} or kube_cronjob_created{${those}})`;
}

/** Instances that are well and yet refuse their own exporter: nobody but superusers gets a connection. */
export const refusing = (pods: string): string =>
  `count(cnpg_collector_up{${pods}} == 0 and on (namespace, pod) ` +
  `kube_pod_container_status_ready{${pods},container="postgres"} == 1) > 0`;

/** A signal as one expression, or nothing where what it is about is not there. */
export function signal(
  name: Signal,
  at: Watched,
  part: string | undefined,
  window: string,
): string | undefined {
  const { namespace } = at;
  const of = part ?? "";
  const pg = postgresPods(at);
  const redis = redisPods(at);
  const asked = of in at.requests;
  switch (name) {
    case "errors":
      return asked ? errorRatio(at, of, window) : undefined;
    case "availability":
      return asked ? `1 - (${errorRatio(at, of, "30d")})` : undefined;
    case "p50":
      return asked ? latency(at, of, 0.5, window) : undefined;
    case "p95":
      return asked ? latency(at, of, 0.95, window) : undefined;
    case "p99":
      return asked ? latency(at, of, 0.99, window) : undefined;
    case "requests":
      return asked ? `sum(rate(${at.counter}{${at.requests[of] ?? ""}}[${window}]))` : undefined;
    case "uptime":
      return `avg(avg_over_time(probe_success{namespace="${namespace}"}[${window}]))`;
    case "cpu":
      return ofLimit(
        `rate(container_cpu_usage_seconds_total{${podsOf(at, of)}}[${window}])`,
        "cpu",
        podsOf(at, of),
      );
    case "memory":
      return ofLimit(`container_memory_working_set_bytes{${podsOf(at, of)}}`, "memory", podsOf(at, of));
    case "restarts":
      return `sum(increase(kube_pod_container_status_restarts_total{${podsOf(at, of)}}[1h]))`;
    case "disk":
      return `max(1 - kubelet_volume_stats_available_bytes{namespace="${namespace}"} / ${volumes(at)})`;
    case "connections":
      // What is kept back for superusers is nobody else's: who asks for one more than the rest is refused.
      return (
        pg &&
        `max(sum by (pod) (cnpg_backends_total{${pg}}) / on (pod) ` +
          `(max by (pod) (cnpg_pg_settings_setting{${pg},name="max_connections"}) - ${SUPERUSER_RESERVE}))`
      );
    case "query":
      return (
        pg &&
        `sum(rate(cnpg_pg_stat_statements_total_exec_time_seconds{${pg}}[${window}]))` +
          ` / sum(rate(cnpg_pg_stat_statements_calls{${pg}}[${window}]))`
      );
    case "replication-lag":
      return pg && `max(cnpg_pg_replication_lag{${pg}})`;
    case "backup-age":
      return pg && `time() - max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${pg}} > 0)`;
    case "drill-age":
      // Each good drill renews it: ./slipway drill. Before the first, the product is as old as its namespace.
      return (
        `time() - (max(kube_lease_renew_time{namespace="${namespace}",lease="slipway-drill"}) ` +
        `or max(kube_namespace_created{namespace="${namespace}"}))`
      );
    case "queue-depth":
      return redis && `sum(redis_key_size{${redis}})`;
    case "queue-age":
      return queueSignals.age(at);
    case "redis-memory":
      return redis && `max(redis_memory_used_bytes{${redis}} / (redis_memory_max_bytes{${redis}} > 0))`;
    case "evictions":
      return redis && `sum(increase(redis_evicted_keys_total{${redis}}[1h]))`;
    case "certificate-expiry":
      return certificates(namespace);
  }
}

/** Sizes of the volumes that count: one as large as a node's own disk is a folder of it. */
function volumes({ namespace, sharedDisks }: Watched): string {
  const sizes = `kubelet_volume_stats_capacity_bytes{namespace="${namespace}"}`;
  return sharedDisks === true ? `(${sizes} != scalar(max(node_filesystem_size_bytes)))` : sizes;
}

function ofLimit(used: string, resource: string, matchers: string): string {
  const limit = `kube_pod_container_resource_limits{${matchers},resource="${resource}"}`;
  return `max(max by (pod) (${used}) / on (pod) max by (pod) (${limit}))`;
}

/**
 * Those of the cluster's issuer, and those that visitors are shown, whoever issued them. Where cert-manager's own labels do
 * not win over those of its pods, the certificate's namespace has another name.
 */
function certificates(namespace: string): string {
  // One that was never issued says 0.
  const ends = (label: string) =>
    `(certmanager_certificate_expiration_timestamp_seconds{${label}="${namespace}"} > 0)`;
  const shown = `probe_ssl_earliest_cert_expiry{namespace="${namespace}"}`;
  return `min(${ends("namespace")} or ${ends("exported_namespace")} or ${shown}) - time()`;
}
