/** Buckets: somebody must hold a key to each. */
import { clouds } from "../../clouds";
import type { Bucket } from "../bucket";
import { platform } from "../platform";
import type { Problem } from "../problems";
import type { Settings } from "../settings";
import { problem } from "./check";
import { missingSecret } from "./needs";

export interface Place {
  readonly bucket: Bucket;
  readonly endpoint?: string | undefined;
  readonly account?: string | undefined;
  readonly credentials?: { readonly id: string; readonly key: string } | undefined;
  readonly identity?: string | undefined;
}

const VENDOR = {
  s3: "Amazon S3",
  r2: "Cloudflare R2",
  gcs: "Google Cloud Storage",
  azure: "Azure Blob Storage",
} as const;

/** Whether it is the bucket of a cluster on this machine: one that its platform serves, with keys of its own. */
export const isPlatforms = ({ bucket, endpoint }: Place): boolean =>
  bucket.provider === "s3" && bucket.name === platform.backups.bucket && endpoint === undefined;

/** What is wrong with a bucket and the way into it. */
export function bucketPlace(settings: Settings, path: string, place: Place): Problem[] {
  const { bucket, credentials, identity } = place;
  if (credentials !== undefined && identity !== undefined) {
    return [problem(path, "both credentials and identity", "one of them", "take one out")];
  }
  if (credentials !== undefined) {
    return [
      ...missingSecret(settings, `${path}.credentials.id`, credentials.id),
      ...missingSecret(settings, `${path}.credentials.key`, credentials.key),
      ...(bucket.provider === "r2" ? cloudflareAccount(settings, path, place) : []),
    ];
  }
  if (bucket.provider === "r2") {
    if (settings.dns.provider === "cloudflare") return cloudflareAccount(settings, path, place);
    return [
      problem(
        path,
        "an r2:// bucket without credentials",
        "credentials, or dns.provider cloudflare, whose token makes them",
        "write credentials: {id: BACKUP_KEY_ID, key: BACKUP_KEY}",
      ),
    ];
  }
  return Object.entries(settings.clusters).flatMap(([name, { cloud }]) => {
    const table = clouds[cloud];
    if ("ownBuckets" in table && isPlatforms(place)) return [];
    const opens = "bucketIdentity" in table && table.bucketIdentity.provider === bucket.provider;
    if (!opens) {
      return [
        problem(
          path,
          `no credentials for ${VENDOR[bucket.provider]} on clusters.${name} (${cloud})`,
          "credentials, or an identity on the same vendor's cloud",
          "write credentials: {id: BACKUP_KEY_ID, key: BACKUP_KEY}",
        ),
      ];
    }
    if (identity !== undefined) return [];
    return [
      problem(
        path,
        "neither credentials nor identity",
        "one of them",
        "write identity: and the role that may write there",
      ),
    ];
  });
}

function cloudflareAccount(settings: Settings, path: string, { account, endpoint }: Place): Problem[] {
  const known = account ?? endpoint ?? settings.dns.account;
  if (known !== undefined) return [];
  return [
    problem(
      `${path}.account`,
      "nothing",
      "the Cloudflare account of the bucket, here or as dns.account",
      "write account: and its id of 32 hex digits",
    ),
  ];
}
