/** Azure AKS. */
import { type Cloud, WELL_KNOWN } from "./cloud";

export const aks = {
  title: "Azure AKS",
  storageClass: "managed-csi-premium",
  sharedStorageClass: "azurefile-csi-premium",
  volumeExpansion: true,
  dedicated: true,
  loadBalancer: {
    works: true,
    // Without it Azure probes /, and takes a node out of service when the answer is a redirect or a 404.
    annotations: { "service.beta.kubernetes.io/azure-load-balancer-health-probe-protocol": "tcp" },
    sourceRanges: true,
    address: "ip",
    clientAddress: "local-traffic-policy",
  },
  bucketIdentity: {
    kind: "azure-workload-identity",
    provider: "azure",
    serviceAccountAnnotations: (client) => ({ "azure.workload.identity/client-id": client }),
    podLabels: { "azure.workload.identity/use": "true" },
  },
  ...WELL_KNOWN,
  metricsServer: true,
  networkPolicies: "when-enabled",
} as const satisfies Cloud;
