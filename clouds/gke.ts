/** Google GKE, Standard or Autopilot. */
import { type Cloud, WELL_KNOWN } from "./cloud";

export const gke = {
  title: "Google GKE",
  storageClass: "premium-rwo",
  sharedStorageClass: "standard-rwx",
  volumeExpansion: true,
  dedicated: true,
  loadBalancer: {
    works: true,
    annotations: { "cloud.google.com/l4-rbs": "enabled" },
    sourceRanges: true,
    address: "ip",
    clientAddress: "local-traffic-policy",
  },
  bucketIdentity: {
    kind: "workload-identity",
    provider: "gcs",
    serviceAccountAnnotations: (account) => ({ "iam.gke.io/gcp-service-account": account }),
  },
  ...WELL_KNOWN,
  metricsServer: true,
  networkPolicies: "when-enabled",
} as const satisfies Cloud;
