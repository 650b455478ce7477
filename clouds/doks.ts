/** DigitalOcean Kubernetes. */
import { type Cloud, WELL_KNOWN } from "./cloud";

export const doks = {
  title: "DigitalOcean Kubernetes",
  storageClass: "do-block-storage",
  volumeSnapshotClass: "do-block-storage",
  volumeExpansion: true,
  dedicated: true,
  loadBalancer: {
    works: true,
    annotations: { "service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol": "true" },
    sourceRanges: true,
    address: "ip",
    clientAddress: "proxy-protocol",
  },
  // A droplet's region label stands in for the zone: DigitalOcean has no zones within a region.
  ...WELL_KNOWN,
  zoneKey: "topology.kubernetes.io/region",
  metricsServer: false,
  networkPolicies: "always",
} as const satisfies Cloud;
