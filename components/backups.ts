/** Where backups go, in the words of the Barman Cloud plugin. */
import { type Bucket, type Duration } from "../config";
import { type ObjectStoreSpec } from "./cnpg";
import type { Deep } from "./crds";
import type { HeldSecret, SecretKey } from "./needs";
import type { Place } from "./network";

export interface BackupArgs {
  readonly bucket: Bucket;
  /** Address of an S3-compatible server. @default - the vendor's own */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** Cloudflare account, for R2. */
  readonly account?: string | undefined;
  /** Keys of the bucket. @default - the cloud's workload identity */
  readonly credentials?: { readonly id: HeldSecret; readonly key: HeldSecret } | undefined;
  /** Annotations that make the database's service account a role of the cloud. */
  readonly identity?: Readonly<Record<string, string>> | undefined;
  /** When a full backup is taken: five-field cron, UTC. */
  readonly every: { readonly cron: string };
  /** Changes are archived at least this often. */
  readonly wal: Duration;
  /** Every point in time for so many days; and beyond that one backup a week and a month, for so many of them. */
  readonly keep: { readonly days: number; readonly weekly: number; readonly monthly: number };
  readonly compression: "gzip" | "zstd" | "lz4" | "snappy" | "none";
  readonly encryption: "bucket" | "aes256" | "kms";
}

/** A bucket and the way into it, of a database or of a copy. */
export type Depot = Pick<BackupArgs, "bucket" | "endpoint" | "region" | "account" | "credentials">;

type Configuration = ObjectStoreSpec["configuration"];
type Credentials = {
  [K in "s3Credentials" | "googleCredentials" | "azureCredentials"]?: Deep<NonNullable<Configuration[K]>>;
};

/** The bucket as a URL the tools of Barman understand. */
export function destination({ provider, name, account, prefix }: Bucket): string {
  const folder = prefix === "" ? "" : `/${prefix}`;
  switch (provider) {
    case "s3":
    case "r2":
      return `s3://${name}${folder}`;
    case "gcs":
      return `gs://${name}${folder}`;
    case "azure":
      return `https://${account ?? ""}.blob.core.windows.net/${name}${folder}`;
  }
}

/** The S3 server's address, where it is not Amazon's. */
export function endpointOf(backup: Pick<BackupArgs, "bucket" | "endpoint" | "account">): string | undefined {
  if (backup.endpoint !== undefined || backup.bucket.provider !== "r2") return backup.endpoint;
  if (backup.account === undefined)
    throw new Error(`${backup.bucket.text}: R2 needs the Cloudflare account's id`);
  return `https://${backup.account}.r2.cloudflarestorage.com`;
}

/** Ports the database's pods must reach to archive. */
export function backupPorts(depot: Depot): number[] {
  const { port, protocol } = new URL(endpointOf(depot) ?? "https://bucket");
  return [port === "" ? (protocol === "http:" ? 80 : 443) : Number(port)];
}

/** What pods must reach to read and write there; `also` are ports that they need anyway. */
export function wayTo(depot: Depot, also: readonly number[] = []): Place[] {
  const bucket = { ports: [...new Set([...also, ...backupPorts(depot)])], range: "anywhere" };
  if (depot.credentials !== undefined || depot.bucket.provider !== "gcs") return [bucket];
  // Google's identities are had from the node itself, at one of two addresses.
  return [
    bucket,
    { ports: [80], range: "169.254.169.254/32" },
    { ports: [988], range: "169.254.169.252/32" },
  ];
}

/** Newer AWS clients send checksums that R2 and most S3-compatible servers refuse. */
export const CHECKSUMS = {
  AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
  AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
} as const;

/** Where the keys of a bucket stand. */
export type BucketKeys = Readonly<Partial<Record<"id" | "key" | "region", SecretKey>>>;

/**
 * How many files go to the archive at once, and are fetched at once when one is asked for. A busy primary and a restore want many; a
 * replica that is promoted, or follows the one that was, asks for several that are not there, one after the other, and waits for all
 * that are fetched with each: a process of half a second of a core each.
 */
const AT_ONCE = { alone: 4, replicated: 2 };

/** The plugin's settings, for so many instances. */
export function objectStoreSpec(
  backup: BackupArgs,
  keys: BucketKeys | undefined,
  instances: number,
): Deep<ObjectStoreSpec> {
  const { compression, encryption } = backup;
  const endpointURL = endpointOf(backup);
  const encrypted =
    encryption === "bucket" ? {} : ({ encryption: encryption === "kms" ? "aws:kms" : "AES256" } as const);
  const compressed = compression === "none" ? {} : { compression };
  // Barman compresses base backups with fewer codecs than the archive; gzip is in both.
  const dataCompressed =
    compression === "none" ? {} : { compression: compression === "zstd" ? "gzip" : compression };
  return {
    configuration: {
      data: { ...encrypted, ...dataCompressed, immediateCheckpoint: true, jobs: 2 },
      destinationPath: destination(backup.bucket),
      ...(endpointURL === undefined ? {} : { endpointURL }),
      ...credentialsOf(backup, keys),
      wal: { ...encrypted, ...compressed, maxParallel: instances > 1 ? AT_ONCE.replicated : AT_ONCE.alone },
    },
    instanceSidecarConfiguration: {
      env: Object.entries(CHECKSUMS).map(([name, value]) => ({ name, value })),
      resources: { limits: { cpu: "1", memory: "512Mi" }, requests: { cpu: "50m", memory: "128Mi" } },
    },
    // Barman knows one window and nothing of tiers: what these keep beyond it is marked (upkeep/tiers.py).
    retentionPolicy: `${backup.keep.days}d`,
  };
}

function credentialsOf({ bucket }: BackupArgs, keys: BucketKeys | undefined): Credentials {
  const at = (name: keyof BucketKeys) => {
    const one = keys?.[name];
    return one === undefined ? undefined : { key: one.key, name: one.secret };
  };
  switch (bucket.provider) {
    case "s3":
    case "r2":
      if (keys === undefined) return { s3Credentials: { inheritFromIAMRole: true } };
      return given("s3Credentials", {
        accessKeyId: at("id"),
        region: at("region"),
        secretAccessKey: at("key"),
      });
    case "gcs":
      if (keys === undefined) return { googleCredentials: { gkeEnvironment: true } };
      return given("googleCredentials", { applicationCredentials: at("key") });
    case "azure":
      if (keys === undefined) return { azureCredentials: { useDefaultAzureCredentials: true } };
      return given("azureCredentials", { storageAccount: at("id"), storageKey: at("key") });
  }
}

function given(kind: keyof Configuration, references: Record<string, object | undefined>): Credentials {
  return { [kind]: Object.fromEntries(Object.entries(references).filter(([, one]) => one !== undefined)) };
}
