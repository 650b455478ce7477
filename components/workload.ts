/** A pod template from what a part says and needs: shared by Deployments, migrations and jobs. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Bytes, Duration } from "../config";
import type { Labels } from "./labels";
import { environment, mounted, type SecretFile, type SecretKey } from "./needs";
import { type ContainerArgs, type Resources, safeContainer, safePod } from "./pod";

type VolumeMount = k8s.types.input.core.v1.VolumeMount;
type Volume = k8s.types.input.core.v1.Volume;

/** A place a container may write to. */
export interface VolumeArgs {
  /** Where it is mounted. */
  readonly path: string;
  readonly size: Bytes;
  /** `disk` keeps its data (one pod), `shared` keeps it for many, `scratch` lives as long as the pod, `memory` in RAM. */
  readonly kind: "disk" | "shared" | "scratch" | "memory";
  /** @default - the cluster's usual one */
  readonly class?: string | undefined;
}

export interface Workload extends Resources {
  readonly name: string;
  readonly image: pulumi.Input<string>;
  readonly command?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: Readonly<Record<string, SecretKey>>;
  readonly files: readonly SecretFile[];
  readonly volumes: Readonly<Record<string, VolumeArgs>>;
  /** Claims of the volumes that keep their data, by volume. */
  readonly claims: Readonly<Record<string, pulumi.Input<string>>>;
  readonly user: number;
  readonly stopWithin: Duration;
  /** Node architectures its image runs on. */
  readonly architectures?: readonly string[] | undefined;
  readonly priorityClass?: pulumi.Input<string> | undefined;
  readonly pullSecret?: pulumi.Input<string> | undefined;
  readonly serviceAccount?: pulumi.Input<string> | undefined;
  /** Further fields of the container: probes, ports, hooks. */
  readonly container?: Partial<ContainerArgs>;
  /** Further fields of the pod. */
  readonly pod?: Partial<k8s.types.input.core.v1.PodSpec>;
}

const TMP = "/tmp";

export function podTemplate(work: Workload, labels: Labels): k8s.types.input.core.v1.PodTemplateSpec {
  const files = mounted(work.files);
  const written = writable(work);
  const container = safeContainer({
    name: work.name,
    image: work.image,
    ...(work.command === undefined ? {} : { command: [...work.command] }),
    ...(work.args === undefined ? {} : { args: [...work.args] }),
    env: environment(work.env, work.secrets),
    ...work.container,
    resources: { cpu: work.cpu, memory: work.memory },
    volumeMounts: [...written.volumeMounts, ...files.volumeMounts],
  });
  return {
    metadata: { annotations: { "kubectl.kubernetes.io/default-container": work.name }, labels },
    spec: safePod({
      user: work.user,
      stopWithin: work.stopWithin,
      ...(work.serviceAccount === undefined ? {} : { serviceAccountName: work.serviceAccount }),
      ...(work.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: work.pullSecret }] }),
      ...(work.priorityClass === undefined ? {} : { priorityClassName: work.priorityClass }),
      ...(work.architectures === undefined ? {} : { affinity: onArchitectures(work.architectures) }),
      ...work.pod,
      containers: [container],
      volumes: [...written.volumes, ...files.volumes],
    }),
  };
}

/** The root is read-only; /tmp is there for the many programs that cannot do without, unless a volume takes its place. */
function writable({ volumes, claims }: Workload): { volumes: Volume[]; volumeMounts: VolumeMount[] } {
  const own = Object.entries(volumes).map(([name, volume]) => ({
    mount: { mountPath: volume.path, name },
    volume: { name, ...source(volume, claims[name]) },
  }));
  if (!own.some(({ mount }) => mount.mountPath === TMP)) {
    own.unshift({
      mount: { mountPath: TMP, name: "tmp" },
      volume: { emptyDir: { sizeLimit: "256Mi" }, name: "tmp" },
    });
  }
  return { volumeMounts: own.map(({ mount }) => mount), volumes: own.map(({ volume }) => volume) };
}

function source(volume: VolumeArgs, claim: pulumi.Input<string> | undefined): Omit<Volume, "name"> {
  switch (volume.kind) {
    case "scratch":
      return { emptyDir: { sizeLimit: volume.size.text } };
    case "memory":
      return { emptyDir: { medium: "Memory", sizeLimit: volume.size.text } };
    case "disk":
    case "shared":
      if (claim === undefined)
        throw new Error(`the volume at ${volume.path} keeps its data and has no claim`);
      return { persistentVolumeClaim: { claimName: claim } };
  }
}

function onArchitectures(architectures: readonly string[]): k8s.types.input.core.v1.Affinity {
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: "kubernetes.io/arch", operator: "In", values: [...architectures] }] },
        ],
      },
    },
  };
}

/** Whether a volume outlives its pod, and so needs a claim. */
export function keepsData({ kind }: VolumeArgs): boolean {
  return kind === "disk" || kind === "shared";
}

/** The claim of a volume that keeps its data. */
export function claimSpec(
  volume: VolumeArgs,
  usualClass: string | undefined,
): k8s.types.input.core.v1.PersistentVolumeClaimSpec {
  const storageClassName = volume.class ?? usualClass;
  return {
    accessModes: [volume.kind === "shared" ? "ReadWriteMany" : "ReadWriteOnce"],
    resources: { requests: { storage: volume.size.text } },
    ...(storageClassName === undefined ? {} : { storageClassName }),
  };
}
