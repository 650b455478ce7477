/** Any conformant cluster: nothing is taken for granted beyond what Kubernetes itself promises. */
import { type Cloud, WELL_KNOWN } from "./cloud";

export const generic = {
  title: "any Kubernetes",
  volumeExpansion: false,
  dedicated: true,
  loadBalancer: {
    works: true,
    annotations: {},
    sourceRanges: true,
    address: "ip",
    clientAddress: "local-traffic-policy",
  },
  ...WELL_KNOWN,
  metricsServer: false,
  networkPolicies: "unknown",
} as const satisfies Cloud;
