/** What may befall the shop, minute by minute, and exactly what rings then: too early, in time, and after it is mended. */
import type { RulesArgs } from "../../../components/monitoring/rules/rule";
import type { Moment } from "./promtool";
import {
  available,
  instance,
  levels,
  of,
  pod,
  requests,
  rising,
  type Series,
  SHOP,
  slopes,
  steady,
  store,
  took,
} from "./shop";

export interface Scenario {
  readonly name: string;
  /** In place of those of a good day. */
  readonly series: Series;
  readonly moments: readonly Moment[];
  readonly args?: Partial<RulesArgs>;
}

const END = 1400;

/** A level from the tenth minute on, for `minutes`, between two good ones. */
const spell = (good: number, bad: number, minutes: number) => levels([10, good], [minutes, bad], [END, good]);

/** The usual shape: not yet, then, no more. */
const rings = (
  name: string,
  series: Series,
  [early, then, mended]: [string, string, string],
  alert = name,
): Scenario => ({
  moments: [[early], [then, alert], [mended]],
  name: alert === name ? (name.split(" ")[0] ?? name) : name,
  series,
});

/** A run that worked, one that failed in the tenth minute, and one that worked in the fortieth. */
const runs = (name: string, at = of): Series => {
  const job = (run: number, more = "") => `,job_name="${name}-${run}"${more}`;
  const started = (run: number) => at("kube_job_status_start_time", job(run));
  const ended = (how: "failed" | "complete", run: number) =>
    at(`kube_job_${how}`, job(run, ',condition="true"'));
  return {
    [started(1)]: levels([END, 1]),
    [ended("complete", 1)]: levels([END, 1]),
    [started(2)]: levels([8, undefined], [END, 480]),
    [ended("failed", 2)]: levels([8, undefined], [2, 0], [END, 1]),
    [started(3)]: levels([38, undefined], [END, 2280]),
    [ended("complete", 3)]: levels([38, undefined], [2, 0], [END, 1]),
  };
};

const routes: readonly Scenario[] = [
  {
    name: "a part that returns errors: fast, steady and slow burn in turn, each ending in turn",
    series: {
      [requests("200")]: slopes(0, [60, 600], [60, 480], [END, 600]),
      [requests("500")]: slopes(0, [60, 0], [60, 120], [END, 0]),
    },
    moments: [
      ["60m"],
      ["75m", "ErrorBudgetBurns api critical"],
      ["110m", "ErrorBudgetBurns api critical", "ErrorBudgetBurns api high", "ErrorsAboveTarget api medium"],
      ["135m", "ErrorBudgetBurns api high", "ErrorBudgetBurns api medium", "ErrorsAboveTarget api medium"],
      ["200m", "ErrorBudgetBurns api medium"],
      ["500m"],
    ],
  },
  {
    name: "a single failure in a quiet night",
    series: {
      [requests("200")]: slopes(0, [END, 1]),
      [requests("502")]: slopes(0, [60, 0], [1, 1], [END, 0]),
      [took("0.1")]: rising(1),
      [took("0.2")]: rising(1),
      [took("0.5")]: rising(1),
      [took("+Inf")]: rising(1),
    },
    moments: [["63m"], ["66m"], ["90m"]],
  },
  {
    name: "a product minutes old that failed while it started",
    series: {
      [requests("200")]: `_x59 ${slopes(0, [END, 10])}`,
      [requests("503")]: `_x59 ${slopes(0, [1, 0], [1, 4], [END, 0])}`,
    },
    moments: [["61m"], ["63m"], ["66m"], ["80m"], ["100m"]],
  },
  {
    name: "a product minutes old that goes on failing",
    series: {
      [requests("200")]: `_x59 ${slopes(0, [END, 600])}`,
      [requests("503")]: `_x59 ${slopes(0, [1, 0], [30, 200], [END, 0])}`,
    },
    moments: [
      ["60m"],
      ["65m", "ErrorBudgetBurns api critical"],
      ["85m", "ErrorBudgetBurns api critical", "ErrorBudgetBurns api high", "ErrorsAboveTarget api medium"],
    ],
  },
  {
    name: "a part that begins to fail, a few times a minute: two minutes and no longer",
    series: {
      [requests("200")]: slopes(0, [END, 1]),
      [requests("500")]: slopes(0, [60, 0], [20, 6], [END, 0]),
    },
    moments: [["62m"], ["63m10s", "ErrorBudgetBurns api critical"]],
  },
  {
    name: "a part that was down: of the failures of that time nothing rings, during it or after",
    series: {
      [available("api")]: levels([60, 2], [10, 0], [END, 2]),
      [requests("200")]: slopes(0, [60, 600], [10, 0], [END, 600]),
      [requests("503")]: slopes(0, [60, 0], [10, 600], [END, 0]),
    },
    moments: [
      ["60m"],
      ["63m", "NoReplicaAvailable api critical"],
      ["69m", "NoReplicaAvailable api critical"],
      ["71m"],
      ["74m"],
      ["90m"],
    ],
  },
  {
    name: "a part that failed while its database was down, and goes on failing",
    series: {
      [instance("cnpg_collector_up")]: levels([60, 1], [10, 0], [END, 1]),
      [requests("200")]: slopes(0, [60, 600], [30, 0], [END, 600]),
      [requests("500")]: slopes(0, [60, 0], [30, 600], [END, 0]),
    },
    moments: [
      ["60m"],
      ["69m", "PostgresDown postgres critical"],
      ["74m"],
      ["80m", "ErrorBudgetBurns api critical"],
    ],
  },
  {
    name: "a slow part",
    series: {
      [took("0.1")]: slopes(0, [60, 580], [60, 30], [END, 580]),
      [took("0.2")]: slopes(0, [60, 595], [60, 60], [END, 595]),
    },
    moments: [
      ["70m"],
      ["83m", "LatencyBudgetBurns api high"],
      ["110m", "LatencyBudgetBurns api high", "LatencyBudgetBurns api medium"],
      ["135m", "LatencyBudgetBurns api medium", "LatencyBudgetBurns api low"],
      ["500m"],
    ],
  },
];

const parts: readonly Scenario[] = [
  rings("NoReplicaAvailable api critical", { [available("api")]: spell(2, 0, 20) }, ["11m", "13m", "31m"]),
  rings(
    "a part that was restarted four times",
    { [pod("kube_pod_container_status_restarts_total", "api")]: slopes(0, [10, 0], [5, 1], [END, 0]) },
    ["12m", "25m", "90m"],
    "KeepsRestarting api high",
  ),
  rings(
    "a part that does not come up at all",
    {
      [pod("kube_pod_container_status_waiting_reason", "api", ',reason="CrashLoopBackOff"')]: spell(0, 1, 20),
    },
    ["12m", "20m", "45m"],
    "KeepsRestarting api high",
  ),
  rings(
    "OutOfMemory api high",
    {
      [pod("kube_pod_container_status_restarts_total", "api")]: slopes(0, [10, 0], [1, 1], [END, 0]),
      [pod("kube_pod_container_status_last_terminated_reason", "api", ',reason="OOMKilled"')]: levels(
        [10, 0],
        [END, 1],
      ),
    },
    ["9m", "12m", "40m"],
  ),
  rings(
    "MemoryNearLimit api medium",
    { [pod("container_memory_working_set_bytes", "api")]: spell(500, 950, 50) },
    ["20m", "30m", "65m"],
  ),
  rings(
    "CpuAtLimit api high",
    { [pod("container_cpu_usage_seconds_total", "api")]: slopes(0, [30, 30], [60, 58], [END, 30]) },
    ["40m", "55m", "100m"],
  ),
  rings(
    "CpuThrottled api medium",
    {
      [pod("container_cpu_cfs_throttled_periods_total", "api")]: slopes(0, [30, 0], [60, 50], [END, 0]),
      [pod("container_cpu_cfs_periods_total", "api")]: rising(100),
    },
    ["40m", "55m", "100m"],
  ),
  rings(
    "RolloutStuck api high",
    {
      [of("kube_deployment_status_condition", ',deployment="api",condition="Progressing",status="false"')]:
        spell(0, 1, 20),
    },
    ["12m", "17m", "35m"],
  ),
  rings("MigrationFailed api high", runs("api-migration"), ["9m", "12m", "42m"]),
  rings("MetricsMissing api medium", { [of("up", ',pod="api-6f9c7d5b8-x2x4z"')]: spell(1, 0, 20) }, [
    "15m",
    "22m",
    "35m",
  ]),
  rings(
    "AtCeiling api medium",
    {
      [of("kube_horizontalpodautoscaler_status_current_replicas", ',horizontalpodautoscaler="api"')]: spell(
        2,
        4,
        30,
      ),
    },
    ["20m", "27m", "45m"],
  ),
  rings(
    "a part that KEDA has at its ceiling",
    {
      [of(
        "kube_horizontalpodautoscaler_status_current_replicas",
        ',horizontalpodautoscaler="keda-hpa-worker"',
      )]: spell(1, 3, 30),
      [of("kube_horizontalpodautoscaler_spec_max_replicas", ',horizontalpodautoscaler="keda-hpa-worker"')]:
        levels([END, 3]),
    },
    ["20m", "27m", "45m"],
    "AtCeiling worker medium",
  ),
];

const depth = store("redis_key_size", ',db="db0",key="bull:jobs:wait"');
const queue: readonly Scenario[] = [
  rings(
    "workers that do not keep up",
    { [depth]: `${"0 5 ".repeat(5)}${"100 90 ".repeat(35)}${"0 5 ".repeat(600)}`.trim() },
    ["15m", "22m", "85m"],
    "QueueTooDeep worker high",
  ),
  rings(
    "a stopped worker with a growing queue",
    { [depth]: `${"0 5 ".repeat(5)}${slopes(1, [50, 1])} ${"0 5 ".repeat(600)}`.trim() },
    ["25m", "35m", "65m"],
    "QueueStands worker high",
  ),
  {
    name: "a queue that grows in a product's first minutes, which its workers are about to take",
    series: { [depth]: `_x29 ${slopes(1, [12, 1])} ${"0 5 ".repeat(600)}`.trim() },
    moments: [["35m"], ["38m"], ["41m"], ["60m"]],
  },
  rings(
    "QueueTooOld worker high",
    { [of("queue_oldest_age_seconds", ',pod="worker-1"')]: spell(3, 1000, 20) },
    ["12m", "17m", "32m"],
  ),
];

const backup = instance("barman_cloud_cloudnative_pg_io_last_available_backup_timestamp");
const connections = instance("cnpg_backends_total");
const waiting = instance("cnpg_collector_pg_wal_archive_status", ',value="ready"');
const archived = instance("cnpg_pg_stat_archiver_seconds_since_last_archival");
const postgres: readonly Scenario[] = [
  rings("PostgresDown postgres critical", { [instance("cnpg_collector_up")]: spell(1, 0, 10) }, [
    "11m",
    "13m",
    "22m",
  ]),
  rings(
    "a database that nobody sees any more",
    { [instance("cnpg_collector_up")]: levels([10, 1], [10, undefined], [END, 1]) },
    ["11m", "18m", "25m"],
    "PostgresDown postgres critical",
  ),
  {
    name: "a database out of connections",
    series: { [connections]: spell(20, 99, 20) },
    moments: [
      ["9m"],
      ["12m", "ConnectionsUsedUp postgres critical"],
      ["17m", "ConnectionsUsedUp postgres critical", "ConnectionsNearlyUsedUp postgres high"],
      ["31m"],
    ],
  },
  rings(
    "a database whose last connections are kept for superusers",
    { [connections]: spell(20, 96, 4) },
    ["10m", "12m", "16m"],
    "ConnectionsUsedUp postgres critical",
  ),
  {
    name: "a database that lets in nobody but superusers, not even its exporter",
    series: {
      [connections]: levels([10, 20], [10, undefined], [END, 20]),
      [instance("cnpg_collector_up")]: spell(1, 0, 10),
      [instance("kube_pod_container_status_ready", ',container="postgres"')]: levels([END, 1]),
    },
    moments: [
      ["10m"],
      ["12m", "ConnectionsUsedUp postgres critical"],
      ["18m", "ConnectionsUsedUp postgres critical"],
      ["22m"],
    ],
  },
  rings("ConnectionsNearlyUsedUp postgres high", { [connections]: spell(20, 90, 20) }, ["12m", "17m", "31m"]),
  rings(
    "PoolWaits postgres high",
    { [of("cnpg_pgbouncer_pools_maxwait", ',pod="postgres-pooler-5d4-abcde"')]: spell(0, 4, 20) },
    ["12m", "17m", "31m"],
  ),
  rings("ReplicaBehind postgres high", { [instance("cnpg_pg_replication_lag")]: spell(0, 400, 20) }, [
    "12m",
    "17m",
    "31m",
  ]),
  rings(
    "QueriesSlow postgres medium",
    {
      [instance("cnpg_pg_stat_statements_total_exec_time_seconds")]: slopes(
        0,
        [30, 60],
        [60, 600],
        [END, 60],
      ),
    },
    ["40m", "55m", "100m"],
  ),
  rings(
    "BackupTooOld postgres critical",
    { [backup]: `${slopes(1, [60, 60], [570, 0])} ${slopes(37_800, [END, 60])}` },
    ["600m", "620m", "640m"],
  ),
  rings("BackupMissing postgres critical", { [backup]: `${levels([560, 0])} ${slopes(33_600, [END, 60])}` }, [
    "530m",
    "545m",
    "565m",
  ]),
  rings(
    "BackupFailed postgres high",
    {
      [backup]: levels([30, 1], [60, 2000]),
      [instance("barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp")]: levels([10, 0], [90, 600]),
    },
    ["9m", "12m", "32m"],
  ),
  rings("ArchiveBehind postgres critical", { [archived]: spell(60, 1000, 30), [waiting]: spell(0, 5, 30) }, [
    "12m",
    "17m",
    "42m",
  ]),
  {
    name: "a database to which nobody writes has nothing to archive",
    series: { [archived]: spell(60, 9000, 60) },
    moments: [["20m"], ["60m"]],
  },
  rings(
    "ArchiveFails postgres high",
    {
      [instance("cnpg_pg_stat_archiver_last_archived_time")]: slopes(100, [10, 60], [20, 0], [END, 60]),
      [instance("cnpg_pg_stat_archiver_last_failed_time")]: levels([10, -1], [END, 710]),
      [waiting]: spell(0, 5, 20),
    },
    ["12m", "17m", "32m"],
  ),
  rings(
    "DrillFailed postgres high",
    // The namespace it is held in is not the product's.
    runs("drill", (metric, more) => of(metric, more).replace('shop"', 'shop-drill"')),
    ["9m", "12m", "42m"],
  ),
  rings(
    "DrillTooOld postgres medium",
    {
      [of("kube_lease_renew_time", ',lease="slipway-drill"')]:
        `${levels([90, 600 - 14 * 86_400])} ${slopes(5400, [END, 60])}`,
    },
    ["60m", "75m", "92m"],
  ),
  rings(
    "a restore that was never rehearsed, in a product old enough",
    {
      [of("kube_lease_renew_time", ',lease="slipway-drill"')]: `_x90 ${slopes(5400, [END, 60])}`,
      [of("kube_namespace_created")]: steady(600 - 14 * 86_400),
    },
    ["60m", "75m", "92m"],
    "DrillTooOld postgres medium",
  ),
];

const redis: readonly Scenario[] = [
  rings("RedisDown redis critical", { [store("redis_up")]: spell(1, 0, 10) }, ["11m", "13m", "22m"]),
  rings("RedisNearlyFull redis high", { [store("redis_memory_used_bytes")]: spell(50, 95, 20) }, [
    "15m",
    "22m",
    "31m",
  ]),
  rings(
    "QueueEvicts redis critical",
    { [store("redis_evicted_keys_total")]: slopes(0, [10, 0], [1, 5], [END, 0]) },
    ["9m", "13m", "80m"],
  ),
];

const available70 = of("kubelet_volume_stats_available_bytes", ',persistentvolumeclaim="postgres-1"');
const machine = 'node_filesystem_size_bytes{namespace="slipway-monitoring",mountpoint="/etc/hosts"}';
const expires = of("certmanager_certificate_expiration_timestamp_seconds", ',name="shop"');
const DAY = 86_400;
const cluster: readonly Scenario[] = [
  rings("VolumeFillsUp cluster high", { [available70]: spell(70, 10, 30) }, ["20m", "27m", "41m"]),
  {
    name: "a nearly full disk",
    series: { [available70]: spell(70, 3, 30) },
    moments: [
      ["11m"],
      ["13m", "VolumeFull cluster critical"],
      ["27m", "VolumeFull cluster critical", "VolumeFillsUp cluster high"],
      ["41m"],
    ],
  },
  {
    args: { watched: { ...SHOP.watched, sharedDisks: true } },
    name: "a nearly full disk of the machine the cluster is on, of which volumes are folders",
    series: { [machine]: levels([END, 100]), [available70]: spell(70, 3, 60) },
    moments: [["13m"], ["40m"]],
  },
  {
    args: { watched: { ...SHOP.watched, sharedDisks: true } },
    name: "a nearly full volume on such a machine that is a disk of its own",
    series: { [machine]: levels([END, 5000]), [available70]: spell(70, 3, 30) },
    moments: [["11m"], ["13m", "VolumeFull cluster critical"], ["41m"]],
  },
  rings("CertificateEndsSoon cluster high", { [expires]: spell(60 * DAY, 10 * DAY, 90) }, [
    "60m",
    "75m",
    "101m",
  ]),
  {
    name: "a certificate that has ended",
    series: { [expires]: spell(60 * DAY, 1, 90) },
    moments: [
      ["12m"],
      ["17m", "CertificateEnds cluster critical"],
      ["75m", "CertificateEnds cluster critical", "CertificateEndsSoon cluster high"],
      ["101m"],
    ],
  },
  rings(
    "a certificate where cert-manager's labels do not win",
    {
      [`certmanager_certificate_expiration_timestamp_seconds{namespace="cert-manager",exported_namespace="shop",name="other"}`]:
        spell(60 * DAY, 10 * DAY, 90),
    },
    ["60m", "75m", "101m"],
    "CertificateEndsSoon cluster high",
  ),
  {
    name: "a database that was restored, whose instances carry the time of that in their names",
    series: {
      [instance("cnpg_collector_up")]: levels([END, undefined]),
      [of("cnpg_collector_up", ',pod="postgres-20261121-151145-1"')]: levels([END, 1]),
    },
    moments: [["10m"], ["30m"]],
  },
  {
    name: "a certificate that was never issued, which is no end of one",
    series: { [of("certmanager_certificate_expiration_timestamp_seconds", ',name="new"')]: levels([END, 0]) },
    moments: [["30m"], ["80m"]],
  },
  rings(
    "a certificate that visitors are shown, whoever issued it",
    {
      [of("probe_ssl_earliest_cert_expiry", ',part="api",route="api-all"')]: spell(60 * DAY, 10 * DAY, 90),
    },
    ["60m", "75m", "101m"],
    "CertificateEndsSoon cluster high",
  ),
  rings(
    "Unreachable api critical",
    { [of("probe_success", ',part="api",route="api-all"')]: spell(1, 0, 30) },
    ["11m", "13m", "41m"],
  ),
  rings(
    "NamesSlow cluster medium",
    { [of("probe_dns_lookup_time_seconds", ',part="api",route="api-all"')]: spell(0.01, 2, 30) },
    ["18m", "21m", "41m"],
  ),
  rings("JobFailed cleanup high", runs("cleanup"), ["9m", "12m", "42m"]),
  rings(
    "JobLate cleanup medium",
    {
      [of("kube_cronjob_status_last_successful_time", ',cronjob="cleanup"')]:
        `${slopes(0, [30, 60], [150, 0])} ${slopes(10_800, [END, 60])}`,
    },
    ["160m", "170m", "182m"],
  ),
  rings(
    "a scheduled job that never worked",
    {
      [of("kube_cronjob_created", ',cronjob="cleanup"')]: steady(0),
      [of("kube_cronjob_status_last_successful_time", ',cronjob="cleanup"')]:
        `_x150 ${slopes(9000, [END, 60])}`,
    },
    ["130m", "140m", "152m"],
    "JobLate cleanup medium",
  ),
  rings("CopyFailed postgres-offsite high", runs("postgres-offsite"), ["9m", "12m", "42m"]),
  rings(
    "CopyLate redis-copy high",
    {
      [of("kube_cronjob_status_last_successful_time", ',cronjob="redis-copy"')]:
        `${slopes(0, [30, 60], [810, 0])} ${slopes(50_400, [END, 60])}`,
    },
    ["800m", "835m", "842m"],
  ),
  {
    args: { deadman: true },
    moments: [
      ["0m", "AlertingWorks cluster none"],
      ["1h", "AlertingWorks cluster none"],
    ],
    name: "alerting works",
    series: {},
  },
];

export const SCENARIOS: readonly Scenario[] = [
  { moments: [["5m"], ["1h"], ["10h"]], name: "a good day", series: {} },
  ...routes,
  ...parts,
  ...queue,
  ...postgres,
  ...redis,
  ...cluster,
];
