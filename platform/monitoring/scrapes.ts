/**
 * What Prometheus reads of the cluster itself: the kubelets with their containers and volumes, what Kubernetes says of its
 * objects, the gateway, the certificates. Only the series that rules and dashboards ask for are kept: a cluster's own
 * thousands would cost more memory than all products' together.
 */
import { stringify } from "yaml";
import { namespace } from "./pods";

/** Of each source, the series that are kept. tests/platform/monitoring.test.ts holds rules and dashboards against this list. */
export const kept = {
  containers: ["container_cpu_usage_seconds_total", "container_memory_working_set_bytes"],
  throttling: ["container_cpu_cfs_periods_total", "container_cpu_cfs_throttled_periods_total"],
  volumes: ["kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"],
  objects: [
    "kube_cronjob_created",
    "kube_cronjob_status_last_successful_time",
    "kube_deployment_spec_replicas",
    "kube_deployment_status_condition",
    "kube_deployment_status_replicas_available",
    "kube_horizontalpodautoscaler_spec_max_replicas",
    "kube_horizontalpodautoscaler_status_current_replicas",
    "kube_job_complete",
    "kube_job_failed",
    "kube_job_status_start_time",
    "kube_lease_renew_time",
    "kube_namespace_created",
    "kube_pod_container_resource_limits",
    "kube_pod_container_status_last_terminated_reason",
    "kube_pod_container_status_ready",
    "kube_pod_container_status_restarts_total",
    "kube_pod_container_status_waiting_reason",
    "kube_replicaset_created",
  ],
  gateway: [
    "traefik_config_last_reload_success",
    "traefik_router_request_duration_seconds_bucket",
    "traefik_router_requests_total",
  ],
  certificates: [
    "certmanager_certificate_expiration_timestamp_seconds",
    "certmanager_certificate_ready_status",
  ],
  nodes: [
    "node_cpu_seconds_total",
    "node_filesystem_avail_bytes",
    "node_filesystem_size_bytes",
    "node_load1",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemTotal_bytes",
  ],
  itself: [
    "alertmanager_notifications_failed_total",
    "alertmanager_notifications_total",
    "prometheus_rule_evaluation_failures_total",
    "prometheus_tsdb_head_series",
    "up",
  ],
} as const;

const INTERVAL = "15s";

export const keeping = (...names: readonly string[]) => ({
  action: "keep",
  regex: names.join("|"),
  sourceLabels: ["__name__"],
});

/** Kubelets and what they know of containers, in Prometheus' own words: their addresses are the nodes'. */
export function kubelets(): string {
  const job = (name: string, path: string, names: readonly string[], more: object[] = []) => ({
    job_name: name,
    scheme: "https",
    metrics_path: path,
    scrape_interval: INTERVAL,
    authorization: { credentials_file: "/var/run/secrets/kubernetes.io/serviceaccount/token" },
    // Most clusters' kubelets sign for themselves; the token is what opens the door, and it only opens metrics.
    tls_config: { insecure_skip_verify: true },
    kubernetes_sd_configs: [{ role: "node" }],
    // Said to be now: what is gone is gone at once.
    honor_timestamps: false,
    metric_relabel_configs: [
      { action: "keep", regex: names.join("|"), source_labels: ["__name__"] },
      // Those of products: what runs in kube-system is its vendor's.
      { action: "drop", regex: "kube-.*", source_labels: ["namespace"] },
      ...more,
    ],
    relabel_configs: [
      { action: "replace", source_labels: ["__meta_kubernetes_node_name"], target_label: "node" },
    ],
  });
  return stringify([
    job("kubelet", "/metrics", kept.volumes),
    // Small, and the same whatever runs the containers.
    job("containers", "/metrics/resource", kept.containers),
    job("throttling", "/metrics/cadvisor", kept.throttling, [
      // Sums over a pod, and the pause container, are no container of anyone's.
      { action: "drop", regex: "", source_labels: ["container"] },
      // A container's cgroup and image change with each pod and tell no one anything.
      { action: "labeldrop", regex: "id|image|name" },
    ]),
  ]);
}

type Labels = Record<string, string>;

/** Pods of the platform to read, wherever they are. */
export function podMonitor(about: {
  name: string;
  in: string;
  pods: Labels;
  port: string | number;
  path?: string;
  names: readonly string[];
  honorLabels?: boolean;
}): Record<string, unknown> {
  return {
    metadata: { name: about.name, namespace },
    spec: {
      namespaceSelector: { matchNames: [about.in] },
      selector: { matchLabels: about.pods },
      podMetricsEndpoints: [
        {
          ...(typeof about.port === "number" ? { portNumber: about.port } : { port: about.port }),
          path: about.path ?? "/metrics",
          interval: INTERVAL,
          ...(about.honorLabels === true ? { honorLabels: true } : {}),
          metricRelabelings: [keeping(...about.names)],
        },
      ],
    },
  };
}
