/** `redis`: a cache that may forget, or a queue that never does. */
import { z } from "zod";
import { place } from "./buckets";
import {
  bytes,
  cpu,
  duration,
  GI,
  image,
  key,
  nonEmpty,
  oneForm,
  oneOf,
  schedule,
  secretName,
  whole,
  withDefault,
  yesOrNo,
} from "./types";

const backup = z.strictObject({
  ...place,
  every: key(schedule().prefault("6h"), "When all its data is copied"),
  keep: key(
    duration(3600e3, 3650 * 86_400e3, "a duration from 1h to 3650d").prefault("7d"),
    "How long copies are kept",
  ),
  image: key(image().optional(), "Image with rclone, when not the usual one"),
});

const MODE = "`managed` runs it in the cluster; `external` uses one elsewhere";

const redisManaged = z.strictObject({
  mode: key(z.literal("managed").meta({ default: "managed" }), MODE),
  role: key(
    oneOf("cache", "queue"),
    "`cache` may forget (least recently used first, no disk); `queue` never does (append-only file, no eviction)",
    "queue",
  ),
  version: key(whole(6, 8).prefault(7), "Major version of Redis"),
  image: key(image().optional(), "Image, when not the usual one of `version`"),
  exporterImage: key(image().optional(), "Image of the exporter of its metrics, when not the usual one"),
  memory: key(
    bytes(16 * 1024 ** 2, 512 * GI, "a size from 16Mi").prefault("256Mi"),
    "Memory for data (maxmemory); the container gets half as much again",
  ),
  cpu: key(cpu().prefault("250m"), "CPU"),
  eviction: key(
    oneOf(
      "allkeys-lru",
      "allkeys-lfu",
      "volatile-lru",
      "volatile-lfu",
      "volatile-ttl",
      "allkeys-random",
      "volatile-random",
      "noeviction",
    ).optional(),
    "What goes when memory is full; allkeys-lru for a cache, noeviction for a queue, when not said",
  ),
  persist: key(
    yesOrNo().optional(),
    "Keep data on disk (append-only file); true for a queue, false for a cache, when not said",
  ),
  fsync: key(
    oneOf("everysec", "always").prefault("everysec"),
    "When the append-only file is forced to disk: `always` survives a node's power loss, at a price",
  ),
  storage: key(
    bytes(GI, 1024 * GI, "a size from 1Gi to 1Ti").optional(),
    "Disk of a persistent Redis; when not said, four times `memory`, at least 1Gi",
    "4Gi",
  ),
  class: key(nonEmpty("a storage class").optional(), "Storage class; when not said, the cloud's usual one"),
  backup: key(backup.optional(), "Copies of its data in a bucket"),
});

const redisExternal = z.strictObject({
  mode: key(z.literal("external"), MODE),
  role: key(oneOf("cache", "queue"), "What it is used for", "cache"),
  url: key(secretName(), "Secret with the connection URL, rediss:// where it can", "REDIS_URL"),
  addresses: key(
    z.array(z.string()).prefault(["0.0.0.0/0"]),
    "Ranges its servers are in, which the parts may reach",
    ["10.30.0.0/24"],
  ),
  port: key(whole(1, 65535).prefault(6379), "Its port"),
});

export const redis = z.preprocess(
  withDefault("mode", "managed"),
  z.discriminatedUnion("mode", [redisManaged, redisExternal], {
    error: oneForm("managed or external", "a map such as {role: queue, memory: 256Mi}"),
  }),
);
