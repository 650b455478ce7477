/** Copies of data elsewhere: really elsewhere, with a key to it, and kept long enough to be one. */
import type { Bucket } from "../bucket";
import { UPKEEP } from "../names";
import type { Problem } from "../problems";
import type { Backup, ManagedRedis, Settings } from "../settings";
import { bucketPlace, type Place } from "./buckets";
import { type Check, problem } from "./check";

const DAY = 86_400e3;

export const copies: Check = (settings) => {
  const { postgres, redis } = settings;
  const backup = postgres?.mode === "operator" ? postgres.backup : undefined;
  return [
    ...reserved(settings),
    ...(backup === undefined ? [] : offsite(settings, backup)),
    ...(redis?.mode === "managed" ? ofRedis(settings, redis) : []),
  ];
};

function reserved({ parts, jobs }: Settings): Problem[] {
  const taken = (all: Readonly<Record<string, unknown>>, path: string) =>
    UPKEEP.filter((name) => name in all).map((name) =>
      problem(
        `${path}.${name}`,
        `the name ${name}`,
        "any other name",
        "that name is of a job of Slipway's own",
      ),
    );
  return [...taken(parts, "parts"), ...taken(jobs, "jobs")];
}

function offsite(settings: Settings, { bucket, endpoint, keep, offsite: copy }: Backup): Problem[] {
  if (copy === undefined) return [];
  const found = bucketPlace(settings, "postgres.backup.offsite", copy);
  if (isSame({ bucket, endpoint }, copy)) {
    found.push(
      problem(
        "postgres.backup.offsite.bucket",
        `"${copy.bucket.text}", in the bucket of the backups themselves`,
        "another bucket",
        "one elsewhere, with another vendor if you can",
      ),
    );
  }
  if (copy.keep.days < keep.days) {
    found.push(
      problem(
        "postgres.backup.offsite.keep.days",
        String(copy.keep.days),
        `at least postgres.backup.keep.days (${keep.days})`,
        "keep the copies longer: else what they forgot would be copied again and again",
      ),
    );
  }
  if (copy.every.longestGap > keep.days * DAY) {
    found.push(
      problem(
        "postgres.backup.offsite.every",
        copy.every.text,
        `at least every ${keep.days} days (postgres.backup.keep.days)`,
        "copy more often: what is gone by then was never copied",
      ),
    );
  }
  return found;
}

function ofRedis(settings: Settings, { backup, persist }: ManagedRedis): Problem[] {
  if (backup === undefined) return [];
  const found = sharesKeys(settings, backup) ? [] : ownWay(settings, backup);
  if (!persist) {
    found.push(
      problem(
        "redis.backup",
        "a backup of a Redis that keeps nothing",
        "it together with persist: true",
        "take it out",
      ),
    );
  }
  if (backup.keep.value < backup.every.longestGap) {
    found.push(
      problem(
        "redis.backup.keep",
        backup.keep.text,
        `at least the time between two copies (${backup.every.text})`,
        "keep them longer, or take them more often",
      ),
    );
  }
  return found;
}

function ownWay(settings: Settings, place: Place): Problem[] {
  if (place.bucket.provider !== "r2" || place.credentials !== undefined)
    return bucketPlace(settings, "redis.backup", place);
  return [
    problem(
      "redis.backup",
      "an r2:// bucket without credentials",
      "credentials, or the bucket of postgres.backup, whose keys are there",
      "write credentials: {id: BACKUP_KEY_ID, key: BACKUP_KEY}",
    ),
  ];
}

/** Whether copies of Redis go where the database's backups do, and so have a key. */
export function sharesKeys({ postgres }: Settings, place: Place): boolean {
  const backup = postgres?.mode === "operator" ? postgres.backup : undefined;
  if (backup === undefined || place.credentials !== undefined || place.identity !== undefined) return false;
  return backup.identity === undefined && isSame(backup, place);
}

function isSame(one: Pick<Place, "bucket" | "endpoint">, other: Pick<Place, "bucket" | "endpoint">): boolean {
  const called = ({ provider, account, name }: Bucket) => `${provider} ${account ?? ""} ${name}`;
  return called(one.bucket) === called(other.bucket) && one.endpoint === other.endpoint;
}
