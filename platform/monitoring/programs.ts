/** The small programs that tell Prometheus what it cannot see itself: Kubernetes' objects, nodes, and the product from outside. */
import { stringify } from "yaml";
import type { ImageName } from "../versions";
import type { Program } from "./pods";
import { kept } from "./scrapes";

const RESOURCES = [
  "cronjobs",
  "deployments",
  "horizontalpodautoscalers",
  "jobs",
  "leases",
  "namespaces",
  "pods",
  "replicasets",
];

/** What each may read of the whole cluster. */
export const rights = {
  "kube-state-metrics": [
    { apiGroups: [""], resources: ["namespaces", "pods"], verbs: ["list", "watch"] },
    { apiGroups: ["apps"], resources: ["deployments", "replicasets"], verbs: ["list", "watch"] },
    { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs: ["list", "watch"] },
    { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: ["list", "watch"] },
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["list", "watch"] },
  ],
};

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

/**
 * How a route is asked. `answers`: whatever it says but a server error, without its body: a stream has no end. `healthy`: its
 * part's health path, by the front door. A login or an allow list in between is an answer too. Those of a cluster's own
 * authority, or of none yet, are not to be known: their certificates are watched by their age.
 */
export function modules(): Record<string, unknown> {
  const module = (method: string, codes: number[], secure: boolean) => ({
    prober: "http",
    timeout: "8s",
    http: {
      method,
      valid_status_codes: codes,
      fail_if_not_ssl: true,
      // Where a redirect leads is another route's business.
      follow_redirects: false,
      preferred_ip_protocol: "ip4",
      tls_config: secure ? {} : { insecure_skip_verify: true },
    },
  });
  const healthy = [...range(200, 399), 401, 403];
  const answers = range(200, 499);
  return {
    modules: {
      answers: module("HEAD", answers, true),
      "answers-local": module("HEAD", answers, false),
      healthy: module("GET", healthy, true),
      "healthy-local": module("GET", healthy, false),
    },
  };
}

export const programs = (
  image: (name: ImageName) => string,
): (Program & { everywhere?: boolean; serves?: boolean })[] => [
  {
    name: "kube-state-metrics",
    image: image("kubeStateMetrics"),
    args: [
      "--port=8080",
      "--telemetry-port=8081",
      `--resources=${RESOURCES.join(",")}`,
      `--metric-allowlist=${kept.objects.join(",")}`,
    ],
    port: 8080,
    health: "/livez",
    small: { cpu: ["5m", "200m"], memory: ["24Mi", "128Mi"] },
    account: "kube-state-metrics",
  },
  {
    name: "node-exporter",
    image: image("nodeExporter"),
    command: ["/bin/node_exporter"],
    // Without the host's folders mounted: Linux tells of the whole node's processors and memory in every pod.
    args: [
      "--web.listen-address=:9100",
      "--collector.disable-defaults",
      ...["cpu", "filesystem", "loadavg", "meminfo"].map((one) => `--collector.${one}`),
      `--collector.filesystem.mount-points-exclude=^/($|dev|proc|run|sys|var|etc/resolv|etc/hostname)`,
    ],
    port: 9100,
    health: "/",
    small: { cpu: ["5m", "100m"], memory: ["16Mi", "48Mi"] },
    everywhere: true,
  },
  {
    name: "blackbox",
    image: image("blackboxExporter"),
    command: ["/bin/blackbox_exporter"],
    args: ["--config.file=/etc/blackbox/blackbox.yml", "--web.listen-address=:9115"],
    port: 9115,
    health: "/-/healthy",
    small: { cpu: ["5m", "200m"], memory: ["16Mi", "64Mi"] },
    volumes: [{ name: "config", mountPath: "/etc/blackbox", from: { configMap: { name: "blackbox" } } }],
    serves: true,
  },
];

/** The blackbox exporter's file. */
export const blackbox = () => ({ "blackbox.yml": stringify(modules()) });
