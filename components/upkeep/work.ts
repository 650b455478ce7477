/** What is done with copies: Postgres' backups kept in tiers and taken elsewhere, Redis' data taken to a bucket. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { barmanImage, type Bytes, type Duration, formatBytes, rcloneImage } from "../../config";
import { type BackupArgs, type Depot, wayTo } from "../backups";
import type { Connection, SecretKey } from "../needs";
import { SCRIPTS, type UpkeepStep, type UpkeepWork, WORK } from "../upkeep";
import { at, forBarman, forRclone } from "./place";

/** A week's first backup must be marked before the shortest window has passed it. */
export const TIERS_EVERY = { cron: "20 */6 * * *", longestGap: 6 * 3600e3 };

const MI = 1024 ** 2;
const size = (value: number): Bytes => ({ text: formatBytes(value), value });
const hours = (count: number): Duration => ({ text: `${count}h`, value: count * 3600e3 });
const TIERS = "tiers.py";
const scripts = () => ({ [TIERS]: readFileSync(join(__dirname, TIERS), "utf8") });

/** Copies kept for so long. */
export type Keep = BackupArgs["keep"];

export interface OffsiteArgs extends Depot {
  readonly every: { readonly cron: string };
  readonly keep: Keep;
  /** Image with rclone. @default rcloneImage */
  readonly image?: { readonly text: string } | undefined;
}

/** A database's backups: where they are, and who its pods are there. */
export interface Backed extends Depot {
  readonly keep: Keep;
  /** Image with Barman's commands. @default barmanImage */
  readonly image?: { readonly text: string } | undefined;
  /** Name the database archives under. */
  readonly server: string;
}

/** Whether more is promised than a window of days. */
export const tiered = ({ weekly, monthly }: Keep): boolean => weekly > 0 || monthly > 0;

/** Marks each week's and each month's backup in the database's own bucket. */
export function tiersOf(backup: Backed): UpkeepWork {
  return {
    account: accountOf(backup),
    cron: TIERS_EVERY.cron,
    egress: wayTo(backup),
    reads: [],
    room: size(64 * MI),
    scripts: scripts(),
    steps: [keepStep(backup, backup)],
    timeout: hours(1),
  };
}

/** Takes what is new to another bucket, and keeps it there by tiers of its own. Nothing is ever deleted where it came from. */
export function offsiteOf(backup: Backed, offsite: OffsiteArgs): UpkeepWork {
  const from = forRclone("source", backup);
  const to = forRclone("offsite", offsite);
  const copy: UpkeepStep = {
    command: ["sh", "-ec", OFFSITE],
    env: {
      ...from.env,
      ...to.env,
      ...RCLONE,
      DAYS: String(offsite.keep.days),
      FROM: at("source", backup.bucket),
      TO: at("offsite", offsite.bucket),
    },
    image: offsite.image?.text ?? rcloneImage,
    memory: size(384 * MI),
    name: "copy",
    secrets: { ...from.secrets, ...to.secrets },
  };
  return {
    account: accountOf(backup),
    cron: offsite.every.cron,
    egress: [...wayTo(backup), ...wayTo(offsite)],
    reads: [],
    room: size(64 * MI),
    scripts: scripts(),
    steps: [copy, keepStep({ ...offsite, image: backup.image, server: backup.server }, offsite, true)],
    timeout: hours(20),
  };
}

export interface RedisCopyArgs extends Depot {
  readonly every: { readonly cron: string };
  readonly keep: Duration;
  readonly image?: { readonly text: string } | undefined;
  readonly identity?: Readonly<Record<string, string>> | undefined;
}

/** A Redis whose data is copied. */
export interface CopiedRedis {
  readonly connection: Connection;
  readonly image: string;
  readonly memory: Bytes;
}

/** Asks Redis for all its data, as a replica would, and takes it to a bucket under the hour. */
export function redisCopyOf(redis: CopiedRedis, backup: RedisCopyArgs): UpkeepWork {
  const { host, password } = redis.connection.facts;
  const to = forRclone("copies", backup);
  return {
    cron: backup.every.cron,
    egress: wayTo(backup),
    identity: backup.identity,
    reads: [redis.connection],
    // Written out, data takes no more room than it does in memory.
    room: size(redis.memory.value + 256 * MI),
    steps: [
      {
        command: ["sh", "-ec", DUMP],
        env: { REDIS_HOST: host as string },
        image: redis.image,
        memory: size(128 * MI),
        name: "dump",
        secrets: { REDISCLI_AUTH: password as SecretKey },
      },
      {
        command: ["sh", "-ec", STORE],
        env: {
          ...to.env,
          ...RCLONE,
          KEEP: `${Math.ceil(backup.keep.value / 1000)}s`,
          TO: at("copies", backup.bucket),
        },
        image: backup.image?.text ?? rcloneImage,
        memory: size(256 * MI),
        name: "store",
        secrets: to.secrets,
      },
    ],
    timeout: hours(2),
  };
}

/** Without a file of its own; small in memory, and patient. */
const RCLONE = {
  RCLONE_CONFIG: "/notfound",
  RCLONE_LOG_LEVEL: "NOTICE",
  RCLONE_S3_UPLOAD_CONCURRENCY: "2",
  RCLONE_STATS: "0",
  RCLONE_TRANSFERS: "2",
} as const;

/**
 * A backup is there once its backup.info says so. Those are read first and written last: whatever they say is done has
 * all its files there, also when the copy is taken while the next backup is. What is there is never written again: an
 * object that was changed at its source does not spoil its copy. Marks are the other bucket's own.
 */
export const OFFSITE = `
mkdir -p ${WORK}/infos
rclone copy "$FROM" ${WORK}/infos --include "/*/base/*/backup.info" --max-age "\${DAYS}d"
rclone copy "$FROM" "$TO" --ignore-existing --max-age "\${DAYS}d" --filter "- /*/base/*/backup.info" --filter "- /*/base/*/annotations/**" --filter "+ /*/base/**" --filter "+ /*/wals/**" --filter "- **"
rclone copy ${WORK}/infos "$TO"
echo "$(find ${WORK}/infos -name backup.info | wc -l) backups of the last $DAYS days are there"
`.trim();

/** Read back before it is taken anywhere: what cannot be loaded is no copy. */
export const DUMP = `
redis-cli -h "$REDIS_HOST" --rdb ${WORK}/copy.rdb
redis-check-rdb ${WORK}/copy.rdb
`.trim();

/** What is too old goes after what is new has arrived, and only what has the name of such a copy. */
export const STORE = `
name=redis-$(date -u +%Y%m%dT%H%M%SZ).rdb
rclone copyto ${WORK}/copy.rdb "$TO/$name"
rclone delete "$TO" --include "/redis-[0-9]*T[0-9]*Z.rdb" --min-age "$KEEP"
echo "$name"
`.trim();

function keepStep(backup: Backed, { keep }: { readonly keep: Keep }, deletes = false): UpkeepStep {
  const told = forBarman(backup);
  return {
    command: ["python3", `${SCRIPTS}/${TIERS}`],
    env: {
      ...told.env,
      ...(deletes ? { DELETE_BEYOND: String(keep.days) } : {}),
      MONTHLY: String(keep.monthly),
      SERVER: backup.server,
      WEEKLY: String(keep.weekly),
    },
    image: backup.image?.text ?? barmanImage,
    memory: size(384 * MI),
    name: "keep",
    secrets: told.secrets,
  };
}

/** A cloud's role trusts the database's own account: whoever works on its bucket is that to the cloud. */
const accountOf = ({ credentials, server }: Backed): string | undefined =>
  credentials === undefined ? server : undefined;
