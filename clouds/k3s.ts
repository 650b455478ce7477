/** k3s on machines of one's own. */
import { type Cloud, WELL_KNOWN } from "./cloud";

export const k3s = {
  title: "k3s",
  storageClass: "local-path",
  volumeExpansion: false,
  dedicated: true,
  // k3s' own load balancer opens the ports on the nodes and knows nothing of source ranges.
  loadBalancer: {
    works: true,
    annotations: {},
    sourceRanges: false,
    address: "ip",
    clientAddress: "local-traffic-policy",
  },
  ...WELL_KNOWN,
  metricsServer: true,
  networkPolicies: "always",
} as const satisfies Cloud;
