/** Buckets as backups name them: where, and with whose key. */
import { z } from "zod";
import { parseBucket } from "../bucket";
import { key, nonEmpty, secretName, url, whole } from "./types";

const BUCKET = "a bucket such as s3://name/prefix, r2://name, gs://name or azure://account/container";

const bucket = () =>
  z.string({ error: () => BUCKET }).transform((text, context) => {
    const parsed = parseBucket(text);
    if (parsed === undefined) context.addIssue({ code: "custom", message: BUCKET });
    return parsed ?? z.NEVER;
  });

const keys = z.strictObject({
  id: key(secretName(), "Secret with the access key's id", "BACKUP_KEY_ID"),
  key: key(secretName(), "Secret with the access key", "BACKUP_KEY"),
});

/** What every place in a bucket says. */
const where = {
  bucket: key(bucket(), "Where it goes; a folder below it with a path", "r2://shop-backups"),
  endpoint: key(
    url().optional(),
    "Address of an S3-compatible server, when not the vendor's own",
    "https://s3.example.com",
  ),
  region: key(nonEmpty("a region").optional(), "Region of the bucket", "eu-central-1"),
  account: key(
    nonEmpty("an account's id").optional(),
    "Cloudflare account, for r2://",
    "0123456789abcdef0123456789abcdef",
  ),
};

/** A bucket that is written to with keys, or as somebody the cloud knows. */
export const place = {
  ...where,
  credentials: key(
    keys.optional(),
    "Keys of the bucket. When not said: the cloud's workload identity, or for r2:// a token that Slipway makes",
  ),
  identity: key(
    nonEmpty("a role or service account").optional(),
    "Cloud role that its pods act as instead of keys: an IAM role's ARN, a Google service account, an Azure client id",
    "arn:aws:iam::123456789012:role/shop-backups",
  ),
};

/** A bucket of somebody else's, to whom the cloud's own identities say nothing. */
export const elsewhere = { ...where, credentials: key(keys, "Keys of the bucket, which open no other") };

/** How long backups are kept, each for the longest of its tiers. */
export const tiers = (days: number) =>
  z.strictObject({
    days: key(whole(1, 3650).prefault(days), "Every backup, and any point in time, for so many days"),
    weekly: key(whole(0, 520).prefault(0), "One backup a week beyond that, for so many weeks", 4),
    monthly: key(whole(0, 240).prefault(0), "One backup a month beyond that, for so many months", 12),
  });
