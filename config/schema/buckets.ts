/** Buckets as backups name them: where, and with whose key. */
import { z } from "zod";
import { parseBucket } from "../bucket";
import { key, nonEmpty, secretName, url } from "./types";

const BUCKET = "a bucket such as s3://name/prefix, r2://name, gs://name or azure://account/container";

const bucket = () =>
  z.string({ error: () => BUCKET }).transform((text, context) => {
    const parsed = parseBucket(text);
    if (parsed === undefined) context.addIssue({ code: "custom", message: BUCKET });
    return parsed ?? z.NEVER;
  });

/** What every place in a bucket says. */
export const place = {
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
  credentials: key(
    z
      .strictObject({
        id: key(secretName(), "Secret with the access key's id", "BACKUP_KEY_ID"),
        key: key(secretName(), "Secret with the access key", "BACKUP_KEY"),
      })
      .optional(),
    "Keys of the bucket. When not said: the cloud's workload identity, or for r2:// a token that Slipway makes",
  ),
  identity: key(
    nonEmpty("a role or service account").optional(),
    "Cloud role the database's pods act as instead of keys: an IAM role's ARN, a Google service account, an Azure client id",
    "arn:aws:iam::123456789012:role/shop-backups",
  ),
};
