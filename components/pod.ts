/**
 * Pods that are safe without asking: not root, read-only, without capabilities or a token, limited, spread, drained.
 * Whoever needs otherwise says so with a transform, where it shows in review.
 */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Bytes, type Cpu, type Duration, formatBytes, formatCpu } from "../config";
import type { Labels } from "./labels";

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;

/** What a container may use: reserved, and never exceeded. */
export interface Resources {
  readonly cpu: { readonly request: Cpu; readonly limit: Cpu };
  readonly memory: { readonly request: Bytes; readonly limit: Bytes };
}

/** What every container of ours must say; the rest has safe defaults. */
export interface ContainerArgs extends Partial<Omit<Container, "resources" | "securityContext">> {
  name: string;
  image: pulumi.Input<string>;
  resources: Resources;
}

/** A container as the `restricted` Pod Security Standard wants it, with a root file system nobody can write to. */
export function safeContainer({ resources, ...container }: ContainerArgs): Container {
  return {
    // The last lines of a failed container's log become its reason, which Pulumi and kubectl show.
    terminationMessagePolicy: "FallbackToLogsOnError",
    imagePullPolicy: "IfNotPresent",
    ...container,
    resources: {
      requests: {
        cpu: formatCpu(resources.cpu.request.value),
        memory: formatBytes(resources.memory.request.value),
      },
      limits: {
        cpu: formatCpu(resources.cpu.limit.value),
        memory: formatBytes(resources.memory.limit.value),
      },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
    },
  };
}

export interface PodArgs extends Omit<PodSpec, "securityContext" | "terminationGracePeriodSeconds"> {
  /** User and group of its processes, and of the files they may write. */
  user: number;
  /** From the signal to stop until the kill. */
  stopWithin: Duration;
}

/** A pod without a service account's token, in the user's name, with the default seccomp profile. */
export function safePod({ user, stopWithin, ...spec }: PodArgs): PodSpec {
  return {
    automountServiceAccountToken: false,
    // Otherwise the address of every Service in the namespace becomes an environment variable, needed or not.
    enableServiceLinks: false,
    ...spec,
    securityContext: {
      fsGroup: user,
      // A volume of many files is not walked at every start.
      fsGroupChangePolicy: "OnRootMismatch",
      runAsGroup: user,
      runAsNonRoot: true,
      runAsUser: user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    terminationGracePeriodSeconds: seconds(stopWithin),
  };
}

/** Replicas on different nodes and zones where there are any; never a reason not to run. */
export function spread(selector: Labels): k8s.types.input.core.v1.TopologySpreadConstraint[] {
  return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    labelSelector: { matchLabels: selector },
    // Counts each version by itself: the old pods of a rolling update do not skew the new ones.
    matchLabelKeys: ["pod-template-hash"],
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
  }));
}

/** Whole seconds, upwards: Kubernetes has no smaller unit. */
export function seconds(duration: Duration): number {
  return Math.ceil(duration.value / 1000);
}

/** Two times, one after the other. */
export function together(first: Duration, second: Duration): Duration {
  return { text: `${first.text} and ${second.text}`, value: first.value + second.value };
}
