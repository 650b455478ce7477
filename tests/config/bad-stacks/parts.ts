/** Stack files that are wrong, with the exact message: parts that cannot run so. */
import type { BadStack } from "./bad-stack";
import { DIGEST, GONE } from "../stacks";

const pinned = (name: string) => `ghcr.io/acme/${name}@${DIGEST}`;

export const parts: readonly BadStack[] = [
  {
    name: "no parts at all",
    changes: { parts: {}, routes: [], hosts: {}, alerts: { critical: "pagerduty" } },
    lines: [
      "parts: found no part; allowed: at least one part; such as api: {kind: api, image: ..., port: 8000}",
    ],
  },
  {
    name: "max below min",
    changes: { "parts.api.scale": { min: 3, max: 2, cpu: 70 } },
    lines: ["parts.api.scale.max: found 2; allowed: at least scale.min (3); write 3 or more"],
  },
  {
    name: "a scaler with nothing to scale",
    changes: { "parts.api.scale": { min: 3, cpu: 70 } },
    lines: [
      "parts.api.scale: found a scaler with min and max both 3; allowed: a max above min; write max: 6, or take the scaler out",
    ],
  },
  {
    name: "a range with nothing to scale by",
    changes: { "parts.api.scale": { min: 2, max: 4 } },
    lines: [
      "parts.api.scale: found min 2, max 4 and nothing to scale by; allowed: cpu, memory or queue with them; write cpu: 70",
    ],
  },
  {
    name: "two masters of the replicas",
    changes: { "parts.worker.scale": { min: 2, max: 8, cpu: 70, queue: { redis: "jobs", depth: 50 } } },
    lines: [
      "parts.worker.scale: found queue beside cpu or memory; allowed: either queue, or cpu and memory; take one out",
    ],
  },
  {
    name: "none at the least",
    changes: { "parts.api.scale": { min: 0, max: 4, cpu: 70 } },
    lines: ["parts.api.scale.min: found 0; allowed: at least 1, or 0 with scale.queue; write 1"],
  },
  {
    name: "none at all",
    changes: { "parts.web.scale": 0 },
    lines: ["parts.web.scale.max: found 0; allowed: at least 1; take the part out instead"],
  },
  {
    name: "a queue scaler without redis",
    changes: { "parts.worker.needs": ["postgres"] },
    lines: [
      "parts.worker.scale.queue: found a part that does not need redis; allowed: parts that need redis; write needs: [redis]",
    ],
  },
  {
    name: "an image and a build",
    changes: { "parts.web.build": { context: "./web", image: "ghcr.io/acme/web" } },
    lines: ["parts.web: found both image and build; allowed: one of them; take one out"],
  },
  {
    name: "neither image nor build",
    changes: { "parts.web.image": GONE },
    lines: [
      "parts.web: found neither image nor build; allowed: one of them; write image: registry/name:tag@sha256:...",
    ],
  },
  {
    name: "a build with a digest",
    changes: { "parts.web.image": GONE, "parts.web.build": { context: "./web", image: pinned("web:1") } },
    lines: [
      "parts.web.build.image: found an image with a digest; allowed: a repository and tag; the digest comes from the build; take it off",
    ],
  },
  {
    name: "a limit below the request",
    changes: { "parts.api.memory": { request: "512Mi", limit: "256Mi" } },
    lines: [
      "parts.api.memory.limit: found 256Mi; allowed: at least the request (512Mi); write 512Mi or more",
    ],
  },
  {
    name: "a probe slower than its interval",
    changes: { "parts.api.health": { interval: "5s", timeout: "10s" } },
    lines: ["parts.api.health.timeout: found 10s; allowed: at most health.interval (5s); write 5s or less"],
  },
  {
    name: "a worker's probe without a way to ask",
    changes: { "parts.worker.health": { interval: "5s" } },
    lines: [
      "parts.worker.health: found neither live nor command; allowed: one of them; write live: /health and a port, or command: [...]",
    ],
  },
  {
    name: "a worker's probe without a port",
    changes: { "parts.worker.health": { live: "/health" } },
    lines: [
      "parts.worker.health.port: found nothing; allowed: the port that answers live; write port: and its number",
    ],
  },
  {
    name: "draining as long as the grace",
    changes: { "parts.api.drain": "30s" },
    lines: [
      "parts.api.drain: found 30s; allowed: less than grace (30s); shorten it, or lengthen grace: draining is part of it",
    ],
  },
  {
    name: "a start longer than the deadline",
    changes: { "parts.api.health": { startup: "10m" } },
    lines: [
      "parts.api.deadline: found 5m; allowed: longer than health.startup (10m); lengthen it: a slow start would count as a failed update",
    ],
  },
  {
    name: "a disk for many replicas",
    changes: { "parts.api.volumes": { uploads: { path: "/data", size: "10Gi" } } },
    lines: [
      "parts.api.volumes.uploads.kind: found a disk for up to 10 replicas; allowed: disk for one replica, shared for several; write kind: shared, or scale: 1",
    ],
  },
  {
    name: "a volume over the root",
    changes: { "parts.web.volumes": { all: { path: "/", size: "10Mi", kind: "scratch" } } },
    lines: ['parts.web.volumes.all.path: found "/"; allowed: a folder of the part\'s own; such as /data'],
  },
  {
    name: "two volumes in one place",
    changes: {
      "parts.web.volumes": {
        a: { path: "/tmp", size: "10Mi", kind: "scratch" },
        b: { path: "/tmp/", size: "10Mi", kind: "memory" },
      },
    },
    lines: [
      'parts.web.volumes.b.path: found "/tmp/", as parts.web.volumes.a has; allowed: a path of its own; change one',
    ],
  },
  {
    name: "snapshots of scratch space",
    changes: {
      "parts.web.volumes": {
        a: { path: "/tmp", size: "10Mi", kind: "scratch", snapshots: { every: "daily", keep: "7d" } },
      },
    },
    lines: [
      "parts.web.volumes.a.snapshots: found snapshots of kind scratch; allowed: snapshots of disk and shared; take them out",
    ],
  },
  {
    name: "a shared volume where the cloud has none",
    changes: {
      clusters: { main: { context: "c", cloud: "doks" } },
      "parts.api.volumes": { uploads: { path: "/data", size: "10Gi", kind: "shared" } },
    },
    lines: [
      "parts.api.volumes.uploads.class: found no class for a shared volume on clusters.main (doks); allowed: a storage class that many pods can mount; name one: class: nfs",
    ],
  },
  {
    name: "snapshots where the cloud has none",
    changes: {
      clusters: { main: { context: "c", cloud: "k3s" } },
      "parts.api.volumes": {
        uploads: { path: "/data", size: "10Gi", kind: "disk", snapshots: { every: "daily", keep: "7d" } },
      },
      "parts.api.scale": 2,
    },
    lines: [
      "parts.api.volumes.uploads.kind: found a disk for up to 2 replicas; allowed: disk for one replica, shared for several; write kind: shared, or scale: 1",
      "parts.api.volumes.uploads.snapshots: found snapshots on clusters.main (k3s), which comes without them; allowed: clouds with a snapshot class; take them out, or use another cloud",
    ],
  },
  {
    name: "a migration without a database",
    changes: { "parts.web.migrate": ["migrate"] },
    lines: [
      "parts.web.migrate: found a part that does not need postgres; allowed: parts that need postgres; write needs: [postgres]",
      "parts.web.migrate: found a second migration, beside parts.api.migrate; allowed: one part that migrates the database; take one out",
    ],
  },
  {
    name: "two migrations",
    changes: { "parts.worker.migrate": ["migrate"] },
    lines: [
      "parts.worker.migrate: found a second migration, beside parts.api.migrate; allowed: one part that migrates the database; take one out",
    ],
  },
  {
    name: "a migration that waits for backups nobody takes",
    changes: {
      tier: "staging",
      "postgres.backup": GONE,
      targets: {},
      "clusters.us": GONE,
      "parts.api.migrate": { command: ["migrate"], backup: "1h" },
    },
    lines: [
      "parts.api.migrate.backup: found a wait for a backup that is never taken; allowed: it together with postgres.backup; declare postgres.backup",
      "postgres: found 469 connections asked for (parts.api 260 = 13 pods x 20, parts.worker 200 = 10 pods x 20, parts.api.migrate 1 = migration, monitoring 5, superuser reserve 3); allowed: at most the 128 that Postgres grants; lower pool.size or scale.max, raise postgres.memory, or add postgres.pooler: {}",
    ],
  },
  {
    name: "a worker's probe that asks twice",
    changes: { "parts.worker.health": { live: "/health", port: 9000, command: ["true"] } },
    lines: [
      "parts.worker.health: found both live and command; allowed: one of them; write live: /health and a port, or command: [...]",
    ],
  },
];
