/** redis.conf from what a Redis is for, and the disk that goes with it. */
import type * as k8s from "@pulumi/kubernetes";
import type { Bytes } from "../config";
import type { Space } from "./space";

/** Where data lies: a disk for what must stay, memory of the node for what may go. */
const DATA = "/data";

/** What of a Redis decides its file and its disk. */
interface Wanted {
  readonly space: Space;
  readonly memory: Bytes;
  readonly eviction: string;
  readonly persist: boolean;
  readonly fsync: "everysec" | "always";
  readonly storage: Bytes;
  readonly class?: string | undefined;
}

/** The whole of redis.conf, password included: who reads the file needs no other place for it. */
export function configFile(args: Wanted, password: string): string {
  const lines = [
    "bind * -::*",
    "port 6379",
    "protected-mode yes",
    `requirepass ${password}`,
    `dir ${DATA}`,
    `maxmemory ${args.memory.value}`,
    `maxmemory-policy ${args.eviction}`,
    "tcp-keepalive 60",
    // Connections of clients that went away without a word are given back.
    "timeout 0",
    ...(args.persist
      ? [
          "appendonly yes",
          `appendfsync ${args.fsync}`,
          // Without this a rewrite in the background would leave half a minute of writes unsynced.
          "no-appendfsync-on-rewrite no",
          "aof-use-rdb-preamble yes",
          // A file cut short by a crash is mended at start rather than refused.
          "aof-load-truncated yes",
          'save ""',
        ]
      : ["appendonly no", 'save ""']),
  ];
  return `${lines.join("\n")}\n`;
}

type Template = k8s.types.input.core.v1.PodTemplateSpec;
type StatefulSetPart = Pick<
  k8s.types.input.apps.v1.StatefulSetSpec,
  "template" | "volumeClaimTemplates" | "persistentVolumeClaimRetentionPolicy"
>;

/** The template with its data volume, and the claim of one that lasts. */
export function dataVolume(args: Wanted, template: Template): StatefulSetPart {
  const spec = template.spec as k8s.types.input.core.v1.PodSpec;
  const [server, ...others] = spec.containers as k8s.types.input.core.v1.Container[];
  if (server === undefined) throw new Error("a pod without a container");
  const mounts = server.volumeMounts as k8s.types.input.core.v1.VolumeMount[];
  const volumes = spec.volumes as k8s.types.input.core.v1.Volume[];
  const scratch = { emptyDir: { sizeLimit: args.storage.text }, name: "data" };
  const withData: Template = {
    ...template,
    spec: {
      ...spec,
      containers: [{ ...server, volumeMounts: [...mounts, { mountPath: DATA, name: "data" }] }, ...others],
      volumes: args.persist ? volumes : [...volumes, scratch],
    },
  };
  if (!args.persist) return { template: withData };
  return {
    // Data goes when somebody takes it away, never because a StatefulSet did.
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    template: withData,
    volumeClaimTemplates: [
      {
        metadata: { name: "data" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: args.storage.text } },
          ...(args.class === undefined ? {} : { storageClassName: args.class }),
        },
      },
    ],
  };
}
