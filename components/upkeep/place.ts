/** A bucket in the words of the tools that copy: rclone's remotes and Barman's options, always by environment. */
import type { Bucket } from "../../config";
import { type BackupArgs, CHECKSUMS, type Depot, destination, endpointOf } from "../backups";
import type { HeldSecret } from "../needs";

/** Variables, and those of them that are secret. */
export interface Told {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, HeldSecret>>;
}

/** What tiers.py must know of a bucket. */
export function forBarman(depot: Depot): Told {
  const { bucket, credentials, region } = depot;
  const endpoint = endpointOf(depot);
  const common = {
    DESTINATION: destination(bucket),
    ...(endpoint === undefined ? {} : { ENDPOINT: endpoint }),
  };
  switch (bucket.provider) {
    case "s3":
    case "r2":
      return {
        env: {
          ...common,
          ...CHECKSUMS,
          ...(region === undefined ? {} : { AWS_DEFAULT_REGION: region }),
          PROVIDER: "aws-s3",
        },
        secrets: named(credentials, { id: "AWS_ACCESS_KEY_ID", key: "AWS_SECRET_ACCESS_KEY" }),
      };
    case "gcs":
      return {
        env: { ...common, PROVIDER: "google-cloud-storage" },
        secrets: named(credentials, { key: "GOOGLE_KEY" }),
      };
    case "azure":
      return {
        env: {
          ...common,
          ...(credentials === undefined ? { CREDENTIAL: "default" } : {}),
          PROVIDER: "azure-blob-storage",
        },
        secrets: named(credentials, { id: "AZURE_STORAGE_ACCOUNT", key: "AZURE_STORAGE_KEY" }),
      };
  }
}

/** A remote of a name, all of it in variables: no file, no argument. */
export function forRclone(remote: string, depot: Depot): Told {
  const { bucket, credentials, region } = depot;
  const endpoint = endpointOf(depot);
  const set = (settings: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(settings).map(([key, value]) => [variable(remote, key), value]));
  const own: Readonly<Record<string, string>> = credentials === undefined ? { ENV_AUTH: "true" } : {};
  switch (bucket.provider) {
    case "s3":
    case "r2":
      return {
        env: set({
          ...own,
          ...(endpoint === undefined ? {} : { ENDPOINT: endpoint }),
          ...(region === undefined ? {} : { REGION: region }),
          // Keys of objects alone may neither look for buckets nor make them.
          NO_CHECK_BUCKET: "true",
          PROVIDER: bucket.provider === "r2" ? "Cloudflare" : endpoint === undefined ? "AWS" : "Other",
          TYPE: "s3",
        }),
        secrets: named(credentials, {
          id: variable(remote, "ACCESS_KEY_ID"),
          key: variable(remote, "SECRET_ACCESS_KEY"),
        }),
      };
    case "gcs":
      return {
        env: set({
          ...own,
          BUCKET_POLICY_ONLY: "true",
          NO_CHECK_BUCKET: "true",
          TYPE: "google cloud storage",
        }),
        secrets: named(credentials, { key: variable(remote, "SERVICE_ACCOUNT_CREDENTIALS") }),
      };
    case "azure":
      return {
        env: set({ ...own, ACCOUNT: bucket.account ?? "", NO_CHECK_CONTAINER: "true", TYPE: "azureblob" }),
        secrets: named(credentials, { key: variable(remote, "KEY") }),
      };
  }
}

/** `remote:bucket/folder`. */
export const at = (remote: string, { name, prefix }: Bucket): string =>
  `${remote}:${name}${prefix === "" ? "" : `/${prefix}`}`;

const variable = (remote: string, key: string) => `RCLONE_CONFIG_${remote.toUpperCase()}_${key}`;

function named(
  credentials: BackupArgs["credentials"],
  names: { readonly id?: string; readonly key: string },
): Record<string, HeldSecret> {
  if (credentials === undefined) return {};
  return {
    ...(names.id === undefined ? {} : { [names.id]: credentials.id }),
    [names.key]: credentials.key,
  };
}
