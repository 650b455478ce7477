/** Who decides how many replicas run: an autoscaler by load, KEDA by the length of a queue, or a fixed number. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Duration, platform } from "../config";
import { customResource, type Deep } from "./crds";
import type { ScaledObjectSpec } from "./kinds/scaled-object";
import type { TriggerAuthenticationSpec } from "./kinds/trigger-authentication";
import { seconds } from "./pod";

export interface ScaleArgs {
  /** Least replicas. */
  readonly min: number;
  /** Most replicas; the same as `min` when nothing scales. */
  readonly max: number;
  /** Average CPU use, in per cent of the request, above which replicas are added. */
  readonly cpu?: number | undefined;
  /** Average memory use, in per cent of the request, above which replicas are added. */
  readonly memory?: number | undefined;
  /** Scale by the length of a Redis list instead of by load. */
  readonly queue?: { readonly redis: string; readonly depth: number } | undefined;
  /** How long load must stay low before replicas are removed. */
  readonly settle: Duration;
}

/** Who owns the number of replicas. */
export function ownerOf(scale: ScaleArgs): "deployment" | "autoscaler" | "queue" {
  if (scale.queue !== undefined) return "queue";
  return scale.max > scale.min ? "autoscaler" : "deployment";
}

/** With neither load named, CPU at 70 %: a part that may grow grows by something. */
const USUAL_CPU = 70;

export function autoscalerSpec(
  deployment: pulumi.Input<string>,
  scale: ScaleArgs,
): k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerSpec {
  const cpu = scale.cpu ?? (scale.memory === undefined ? USUAL_CPU : undefined);
  const loads = [
    ["cpu", cpu],
    ["memory", scale.memory],
  ] as const;
  return {
    behavior: behavior(scale),
    maxReplicas: scale.max,
    metrics: loads.flatMap(([name, averageUtilization]) =>
      averageUtilization === undefined
        ? []
        : [{ resource: { name, target: { averageUtilization, type: "Utilization" } }, type: "Resource" }],
    ),
    minReplicas: scale.min,
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment },
  };
}

/** Up at once, down only after load has stayed low, and never more than half at a time. */
function behavior(scale: ScaleArgs): k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior {
  return {
    scaleDown: {
      policies: [{ periodSeconds: 60, type: "Percent", value: 50 }],
      stabilizationWindowSeconds: seconds(scale.settle),
    },
    scaleUp: {
      policies: [
        { periodSeconds: 30, type: "Percent", value: 100 },
        { periodSeconds: 30, type: "Pods", value: 4 },
      ],
      selectPolicy: "Max",
      stabilizationWindowSeconds: 0,
    },
  };
}

export const ScaledObject = customResource<ScaledObjectSpec>("keda.sh/v1alpha1", "ScaledObject");

export const TriggerAuthentication = customResource<TriggerAuthenticationSpec>(
  "keda.sh/v1alpha1",
  "TriggerAuthentication",
);

/** Where KEDA runs: it must reach the Redis whose list it measures. */
export const KEDA_NAMESPACE = platform.keda.namespace;

export function queueScalerSpec(
  deployment: pulumi.Input<string>,
  scale: ScaleArgs,
  address: pulumi.Input<string>,
  login: pulumi.Input<string>,
): Deep<ScaledObjectSpec> {
  const { queue } = scale;
  if (queue === undefined) throw new Error("a queue scaler needs a queue");
  return {
    advanced: { horizontalPodAutoscalerConfig: { behavior: behavior(scale) } },
    cooldownPeriod: seconds(scale.settle),
    // Redis cannot be measured: enough workers for a usual load rather than none.
    fallback: { failureThreshold: 3, replicas: Math.max(1, Math.ceil((scale.min + scale.max) / 2)) },
    maxReplicaCount: scale.max,
    minReplicaCount: scale.min,
    pollingInterval: 15,
    scaleTargetRef: { name: deployment },
    triggers: [
      {
        authenticationRef: { name: login },
        metadata: { address, listLength: String(queue.depth), listName: queue.redis },
        type: "redis",
      },
    ],
  };
}
