/** Stack files that are wrong, with the exact message: the database and Redis. */
import type { BadStack } from "./bad-stack";
import { GONE } from "../stacks";

export const data: readonly BadStack[] = [
  {
    name: "more connections than Postgres grants",
    changes: { "postgres.memory": "1Gi" },
    lines: [
      "postgres: found 469 connections asked for (parts.api 260 = 13 pods x 20, parts.worker 200 = 10 pods x 20, parts.api.migrate 1 = migration, monitoring 5, superuser reserve 3); allowed: at most the 128 that Postgres grants; lower pool.size or scale.max, raise postgres.memory, or add postgres.pooler: {}",
    ],
  },
  {
    name: "more connections than an external plan allows",
    changes: { postgres: { mode: "external", url: "JWT_SECRET", connections: 100 }, targets: {} },
    lines: [
      "postgres: found 231 connections asked for (parts.api 130 = 13 pods x 10, parts.worker 100 = 10 pods x 10, parts.api.migrate 1 = migration); allowed: at most the 100 that postgres.connections grants; lower pool.size or scale.max, or take a larger plan",
    ],
  },
  {
    name: "more connections than the poolers accept",
    changes: { "postgres.pooler": { instances: 1, clients: 100 } },
    lines: [
      "postgres.pooler.clients: found 460 connections asked for (parts.api 260 = 13 pods x 20, parts.worker 200 = 10 pods x 20); allowed: at most the 100 that the poolers accept; raise it, or add instances",
    ],
  },
  {
    name: "more sessions than the poolers open",
    changes: { "postgres.pooler": { mode: "session", size: 50 } },
    lines: [
      "postgres.pooler.size: found 460 sessions asked for (parts.api 260 = 13 pods x 20, parts.worker 200 = 10 pods x 20); allowed: at most the 100 that the poolers open: in session mode each client keeps one; raise it, or write mode: transaction",
    ],
  },
  {
    name: "processes each with a pool of their own",
    changes: { "parts.api.pool": { size: 5, overflow: 10, processes: 4 } },
    lines: [
      "postgres: found 989 connections asked for (parts.api 780 = 13 pods x 4 processes x (5 + 10), parts.worker 200 = 10 pods x 20, parts.api.migrate 1 = migration, monitoring 5, superuser reserve 3); allowed: at most the 512 that Postgres grants; lower pool.size or scale.max, raise postgres.memory, or add postgres.pooler: {}",
    ],
  },
  {
    name: "more synchronous replicas than there are",
    changes: { "postgres.synchronous": { replicas: 3 } },
    lines: [
      "postgres.synchronous.replicas: found 3; allowed: fewer than postgres.instances (3); write instances: 5, so that one may be away",
    ],
  },
  {
    name: "a setting with a key of its own",
    changes: { "postgres.parameters": { max_connections: 500 } },
    lines: [
      'postgres.parameters.max_connections: found "500"; allowed: settings without a key of their own; write postgres.connections instead',
    ],
  },
  {
    name: "a setting the operator keeps",
    changes: { "postgres.parameters": { wal_level: "minimal" } },
    lines: [
      'postgres.parameters.wal_level: found "minimal"; allowed: settings that the operator leaves open; take it out: the operator sets it',
    ],
  },
  {
    name: "buffers larger than the memory",
    changes: { "postgres.parameters": { shared_buffers: "16GB" } },
    lines: [
      'postgres.parameters.shared_buffers: found "16GB"; allowed: at most four fifths of postgres.memory (4Gi); lower it, or raise postgres.memory',
    ],
  },
  {
    name: "an archive too slow for the RPO",
    changes: { "postgres.backup.wal": "1h" },
    lines: ["postgres.backup.wal: found 1h; allowed: at most targets.rpo (15m); write wal: 15m or less"],
  },
  {
    name: "an RPO without a backup",
    changes: {
      tier: "staging",
      "postgres.memory": "4Gi",
      "postgres.backup": GONE,
      "clusters.us": GONE,
      "targets.rto": GONE,
    },
    lines: [
      "targets.rpo: found 15m without a backup; allowed: it together with postgres.backup; declare postgres.backup: {bucket: ...}",
    ],
  },
  {
    name: "an RTO without a database",
    changes: {
      postgres: GONE,
      "targets.rpo": GONE,
      "parts.api.needs": ["redis"],
      "parts.worker.needs": ["redis"],
      "parts.api.migrate": GONE,
    },
    lines: ["targets.rto: found 1h without a database; allowed: it together with postgres; take it out"],
  },
  {
    name: "a lock longer than backups are kept",
    changes: { "postgres.backup.lock": "60d" },
    lines: [
      "postgres.backup.lock: found 60d; allowed: at most keep.days (30d); shorten it: what is locked cannot be tidied away",
    ],
  },
  {
    name: "backups kept shorter than the time between two",
    changes: { "postgres.backup.every": "monthly", "postgres.backup.keep.days": 7 },
    lines: [
      "postgres.backup.keep.days: found 7; allowed: at least the time between two backups (monthly); keep them longer, or take them more often",
    ],
  },
  {
    name: "a bucket nobody holds a key to",
    changes: { "postgres.backup.bucket": "gs://shop-backups" },
    lines: [
      "postgres.backup: found neither credentials nor identity; allowed: one of them; write identity: and the role that may write there",
      "postgres.backup: found no credentials for Google Cloud Storage on clusters.eu (eks); allowed: credentials, or an identity on the same vendor's cloud; write credentials: {id: BACKUP_KEY_ID, key: BACKUP_KEY}",
    ],
  },
  {
    name: "a bucket with two keys",
    changes: {
      "postgres.backup.credentials": { id: "JWT_SECRET", key: "JWT_SECRET" },
      "postgres.backup.identity": "role",
    },
    lines: ["postgres.backup: found both credentials and identity; allowed: one of them; take one out"],
  },
  {
    name: "keys of a bucket that are not there",
    changes: { "postgres.backup.credentials": { id: "BACKUP_ID", key: "JWT_SECRET" } },
    lines: [
      "postgres.backup.credentials.id: found \"BACKUP_ID\"; allowed: the name of an entry in secrets; run: pulumi config set --secret --path 'slipway:secrets.BACKUP_ID'",
    ],
  },
  {
    name: "an R2 bucket without Cloudflare",
    changes: { dns: GONE, "clusters.us": GONE },
    lines: [
      "postgres.backup: found an r2:// bucket without credentials; allowed: credentials, or dns.provider cloudflare, whose token makes them; write credentials: {id: BACKUP_KEY_ID, key: BACKUP_KEY}",
    ],
  },
  {
    name: "a restored database that nobody backs up any more",
    changes: {
      "postgres.backup": GONE,
      "postgres.drill": GONE,
      "postgres.restored": { name: "postgres-2", from: "postgres", to: "latest" },
      targets: {},
      "clusters.us": GONE,
      "postgres.memory": "4Gi",
      tier: "staging",
    },
    lines: [
      "postgres.restored: found a restored database without backups; allowed: it together with postgres.backup; declare postgres.backup again: its bucket is what the database began with",
    ],
  },
  {
    name: "a drill slower than the RTO",
    changes: { "postgres.drill": { timeout: "2h" } },
    lines: [
      "postgres.drill.timeout: found 2h; allowed: at most targets.rto (1h); write timeout: 1h: a slower restore breaks the promise",
    ],
  },
  {
    name: "a drill that is late before it is due",
    changes: { "postgres.drill": { every: "weekly", late: "1d" } },
    lines: [
      "postgres.drill.late: found 1d; allowed: at least the time between two drills (weekly); lengthen it, or drill more often",
    ],
  },
  {
    name: "a drill on too small a disk",
    changes: { "postgres.drill": { storage: "10Gi" } },
    lines: [
      "postgres.drill.storage: found 10Gi; allowed: at least postgres.storage (50Gi); take it out: a restored disk is as large as the one it came from",
    ],
  },
  {
    name: "a drill with a check of nothing",
    changes: {
      "postgres.drill": { checks: [{ name: "users", sql: "select count(*) from users", expect: "many" }] },
    },
    lines: [
      'postgres.drill.checks[0].expect: found "many"; allowed: a comparison such as >= 1 or = true; write "= many"',
    ],
  },
  {
    name: "a deploy that waits for drills nobody does",
    changes: { "release.drill": true },
    lines: [
      "release.drill: found true without a drill; allowed: it together with postgres.drill; declare postgres.drill: {}",
    ],
  },
  {
    name: "a queue that evicts",
    changes: { "redis.eviction": "allkeys-lru" },
    lines: [
      'redis.eviction: found "allkeys-lru" for a queue, which would lose jobs; allowed: noeviction for a queue; take it out, or write role: cache',
    ],
  },
  {
    name: "a queue in a cache",
    changes: { "redis.role": "cache" },
    lines: [
      "parts.worker.scale.queue: found a queue in a Redis whose role is cache, which evicts jobs; allowed: redis.role queue; write redis: {role: queue}",
    ],
  },
  {
    name: "a cache that never evicts",
    changes: { redis: { role: "cache", eviction: "noeviction" }, "parts.worker.scale": 2 },
    lines: [
      'redis.eviction: found "noeviction" for a cache, which would refuse writes once full; allowed: a policy that evicts; take it out, or write role: queue',
    ],
  },
  {
    name: "a queue without a disk",
    changes: { "redis.persist": false },
    lines: [
      "redis.persist: found false for a queue, which would lose jobs with its pod; allowed: true for a queue; take it out, or write role: cache",
    ],
  },
  {
    name: "a queue's disk too small",
    changes: { "redis.memory": "2Gi", "redis.storage": "2Gi" },
    lines: [
      "redis.storage: found 2Gi; allowed: at least twice redis.memory (4Gi), which rewriting the file takes; write 4Gi or more",
    ],
  },
  {
    name: "an R2 bucket of nobody's account",
    changes: {
      dns: GONE,
      "clusters.us": GONE,
      "postgres.backup.credentials": { id: "JWT_SECRET", key: "JWT_SECRET" },
    },
    lines: [
      "postgres.backup.account: found nothing; allowed: the Cloudflare account of the bucket, here or as dns.account; write account: and its id of 32 hex digits",
    ],
  },
  {
    name: "an R2 bucket that Slipway makes in nobody's account",
    changes: { "dns.account": GONE },
    lines: [
      "postgres.backup.account: found nothing; allowed: the Cloudflare account of the bucket, here or as dns.account; write account: and its id of 32 hex digits",
    ],
  },
  {
    name: "a drill without a backup",
    changes: {
      tier: "staging",
      "postgres.memory": "4Gi",
      "clusters.us": GONE,
      targets: {},
      "postgres.backup": GONE,
      "postgres.drill": {},
    },
    lines: [
      "postgres.drill: found a drill without a backup; allowed: it together with postgres.backup; declare postgres.backup: {bucket: ...}",
    ],
  },
];
