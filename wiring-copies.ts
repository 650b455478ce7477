/** Backups and copies of data: from what a stack says of buckets to who holds which key, and what is done there when. */
import type { Cloud } from "./clouds";
import type { BackupArgs, Depot } from "./components/backups";
import { LocalBucket } from "./components/local-bucket";
import { imageOf, type Redis } from "./components/redis";
import type { UpkeepWork } from "./components/upkeep";
import { offsiteOf, redisCopyOf, tiered, TIERS_EVERY, tiersOf } from "./components/upkeep/work";
import { type Backup, type Bucket, isPlatforms, type Settings, sharesKeys, type UPKEEP } from "./config";
import type { Place } from "./wiring";

/** Whether backups or copies go to the bucket that the platform of this cluster serves. */
export function keepsHere({ postgres, redis }: Settings, cloud: Cloud): boolean {
  const places = [
    postgres?.mode === "operator" ? postgres.backup : undefined,
    redis?.mode === "managed" ? redis.backup : undefined,
  ];
  return places.some((place) => place !== undefined && isHere(place, cloud));
}

/** Whether it is that bucket, with keys that the platform has. */
const isHere = (place: Said, { ownBuckets }: Cloud): boolean =>
  ownBuckets === true && place.credentials === undefined && isPlatforms(place);

/** A database's backups with their keys, or the cloud role its pods act as. */
export function backupOf(backup: Backup, here: Place): BackupArgs {
  const { compression, encryption, every, keep, wal } = backup;
  return { compression, encryption, every, keep, wal, ...depotOf(backup, here) };
}

/** A place in a bucket as the stack file names it. */
interface Said {
  readonly bucket: Bucket;
  readonly endpoint?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly credentials?: { readonly id: string; readonly key: string } | undefined;
  readonly identity?: string | undefined;
}

/** The same with everything settled: nothing of what was said shows through. */
interface Opened {
  readonly bucket: Bucket;
  readonly endpoint: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly credentials: Depot["credentials"];
  readonly identity: BackupArgs["identity"];
}

/** A bucket with its keys: those it names, those of the bucket that is ours, or none where a role opens it. */
export function depotOf(said: Said, { bucketKeys, cloud, secret, settings }: Place): Opened {
  const { credentials, identity } = said;
  return {
    account: said.account ?? settings.dns.account,
    bucket: said.bucket,
    credentials:
      credentials === undefined
        ? identity === undefined
          ? bucketKeys
          : undefined
        : { id: secret(credentials.id), key: secret(credentials.key) },
    endpoint: said.endpoint ?? (isHere(said, cloud) ? LocalBucket.endpoint : undefined),
    identity: identity === undefined ? undefined : cloud.bucketIdentity?.serviceAccountAnnotations(identity),
    region: said.region,
  };
}

/** What looks after a stack's copies, by the name of its job. */
export function upkeepOf(here: Place, redis: Redis | undefined): Partial<Record<Upkept, UpkeepWork>> {
  const { settings } = here;
  const database = settings.postgres?.mode === "operator" ? settings.postgres : undefined;
  const backup = database?.backup;
  const store = settings.redis?.mode === "managed" ? settings.redis : undefined;
  const backed = backup && {
    ...depotOf(backup, here),
    image: backup.image,
    keep: backup.keep,
    server: database.restored?.name ?? "postgres",
  };
  const offsite = backup?.offsite;
  return {
    ...(backed !== undefined && tiered(backed.keep) ? { "postgres-tiers": tiersOf(backed) } : {}),
    ...(backed === undefined || offsite === undefined
      ? {}
      : { "postgres-offsite": offsiteOf(backed, { ...offsite, ...depotOf(offsite, here) }) }),
    ...(store?.backup === undefined || redis === undefined
      ? {}
      : {
          "redis-copy": redisCopyOf(
            { connection: redis.connection, image: imageOf(store), memory: store.memory },
            { ...store.backup, ...redisDepot(store.backup, backup, here) },
          ),
        }),
  };
}

type Upkept = (typeof UPKEEP)[number];

/** Where the database's backups are, copies of Redis are taken with the same keys. */
function redisDepot(said: Said, backup: Backup | undefined, here: Place): Opened {
  if (backup === undefined || !sharesKeys(here.settings, said)) return depotOf(said, here);
  return { ...depotOf(backup, here), bucket: said.bucket };
}

/** How far apart the runs of what looks after copies are, in milliseconds: what they are watched by. */
export function upkeepTimes({ postgres, redis }: Settings): Partial<Record<Upkept, number>> {
  const backup = postgres?.mode === "operator" ? postgres.backup : undefined;
  const copy = redis?.mode === "managed" ? redis.backup : undefined;
  return {
    ...(backup !== undefined && tiered(backup.keep) ? { "postgres-tiers": TIERS_EVERY.longestGap } : {}),
    ...(backup?.offsite === undefined ? {} : { "postgres-offsite": backup.offsite.every.longestGap }),
    ...(copy === undefined ? {} : { "redis-copy": copy.every.longestGap }),
  };
}
