/** Stack files that are wrong, with the exact message: copies of data elsewhere. */
import type { BadStack } from "./bad-stack";

const keys = { id: "JWT_SECRET", key: "JWT_SECRET" };
const far = { bucket: "s3://far-copies", credentials: keys };

export const copies: readonly BadStack[] = [
  {
    name: "an off-site copy on site",
    changes: { "postgres.backup.offsite": { ...far, bucket: "r2://shop-backups/copies" } },
    lines: [
      'postgres.backup.offsite.bucket: found "r2://shop-backups/copies", in the bucket of the backups themselves; allowed: another bucket; one elsewhere, with another vendor if you can',
    ],
  },
  {
    name: "an off-site copy without keys of its own",
    changes: { "postgres.backup.offsite": { bucket: "s3://far-copies" } },
    lines: ["postgres.backup.offsite.credentials: found nothing; allowed: a map"],
  },
  {
    name: "an off-site copy with keys that are not there",
    changes: { "postgres.backup.offsite": { ...far, credentials: { ...keys, id: "FAR_ID" } } },
    lines: [
      "postgres.backup.offsite.credentials.id: found \"FAR_ID\"; allowed: the name of an entry in secrets; run: pulumi config set --secret --path 'slipway:secrets.FAR_ID'",
    ],
  },
  {
    name: "an off-site copy kept shorter than what it is a copy of",
    changes: { "postgres.backup.offsite": { ...far, keep: { days: 7 } } },
    lines: [
      "postgres.backup.offsite.keep.days: found 7; allowed: at least postgres.backup.keep.days (30); keep the copies longer: else what they forgot would be copied again and again",
    ],
  },
  {
    name: "an off-site copy that comes after what it should copy is gone",
    changes: { "postgres.backup.offsite": { ...far, every: "monthly" } },
    lines: [
      "postgres.backup.offsite.every: found monthly; allowed: at least every 30 days (postgres.backup.keep.days); copy more often: what is gone by then was never copied",
    ],
  },
  {
    name: "a copy of a Redis that keeps nothing",
    changes: {
      redis: { role: "cache", backup: { bucket: "r2://shop-backups" } },
      "parts.worker.scale": 2,
    },
    lines: [
      "redis.backup: found a backup of a Redis that keeps nothing; allowed: it together with persist: true; take it out",
    ],
  },
  {
    name: "copies of Redis kept shorter than the time between two",
    changes: { "redis.backup": { bucket: "r2://shop-backups/queue", every: "daily", keep: "12h" } },
    lines: [
      "redis.backup.keep: found 12h; allowed: at least the time between two copies (daily); keep them longer, or take them more often",
    ],
  },
  {
    name: "copies of Redis in a bucket of R2 that nobody makes",
    changes: { "redis.backup": { bucket: "r2://shop-redis" } },
    lines: [
      "redis.backup: found an r2:// bucket without credentials; allowed: credentials, or the bucket of postgres.backup, whose keys are there; write credentials: {id: BACKUP_KEY_ID, key: BACKUP_KEY}",
    ],
  },
  {
    name: "a job with the name of one of Slipway's own",
    changes: { "jobs.postgres-tiers": { part: "api", command: ["true"], every: "daily" } },
    lines: [
      "jobs.postgres-tiers: found the name postgres-tiers; allowed: any other name; that name is of a job of Slipway's own",
    ],
  },
];
