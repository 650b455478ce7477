/** Set where the program runs to be read and reaches nothing: reviews of strangers' changes, the runbook. */
export const WITHOUT_CLUSTER = "SLIPWAY_WITHOUT_CLUSTER";

/** Names the platform gives things once a cluster, and products count on. */
export const platform = {
  gateway: {
    namespace: "slipway-gateway",
    /** Labels of the pods that take traffic in. */
    pods: { "app.kubernetes.io/name": "traefik" },
    /** Its load balancer's Service. */
    service: "traefik",
    /** Ports its pods listen on; a Gateway's listeners must name these. */
    ports: { http: 8000, https: 8443 },
  },
  /** CloudNativePG, which looks after its instances over the network. */
  postgres: { namespace: "cnpg-system" },
  /** The S3 server of a cluster on this machine: one bucket, one pair of keys for all its products. */
  backups: {
    namespace: "slipway-backups",
    service: "s3",
    port: 7070,
    bucket: "backups",
    /** Secret with its keys: `id` and `key`. */
    keys: "s3-keys",
    /** Marks pods that may reach it, beside the databases themselves. */
    label: "slipway.dev/bucket",
  },
  monitoring: {
    namespace: "slipway-monitoring",
    /** Prometheus as the API server's proxy calls it: the Service that the operator makes for it. */
    service: "http:prometheus-operated:9090",
    /** Service of what looks at products from outside. */
    blackbox: "blackbox",
  },
  /** KEDA, which must reach the Redis whose lists it measures. */
  keda: { namespace: "keda" },
  certificates: {
    /** ClusterIssuer of the cluster's own authority. */
    localIssuer: "slipway-local",
  },
} as const;
