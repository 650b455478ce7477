/** The Service in front of pods that speak HTTP. */
import type * as k8s from "@pulumi/kubernetes";
import type { Labels } from "./labels";

/** Whatever the container's port: `http://api` is enough for a neighbour. */
export const SERVICE_PORT = 80;
/** The name of the port, in pods and before them. */
export const HTTP = "http";

export function httpService(
  metadata: k8s.types.input.meta.v1.ObjectMeta,
  selector: Labels,
): k8s.core.v1.ServiceArgs {
  return {
    metadata: {
      ...metadata,
      // Whether pods answer is the Deployment's business; a part scaled to none has no endpoints to wait for.
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      ports: [{ appProtocol: "http", name: HTTP, port: SERVICE_PORT, targetPort: HTTP }],
      selector,
      type: "ClusterIP",
    },
  };
}
