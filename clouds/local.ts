/** A cluster on this machine, the embedded one or kind and its like: no load balancer, ports on loopback. */
import { type Cloud, WELL_KNOWN } from "./cloud";

export const local = {
  title: "a cluster on this machine",
  volumeExpansion: false,
  dedicated: false,
  loadBalancer: {
    works: false,
    annotations: {},
    sourceRanges: false,
    address: "ip",
    clientAddress: "local-traffic-policy",
  },
  ...WELL_KNOWN,
  // One machine has one zone: spreading is over nodes.
  zoneKey: "kubernetes.io/hostname",
  ownBuckets: true,
  metricsServer: false,
  networkPolicies: "unknown",
} as const satisfies Cloud;
