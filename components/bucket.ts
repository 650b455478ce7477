/** A bucket for backups in Cloudflare R2, and keys that open it and nothing else. */
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { Component, type ComponentOptions, type Transform } from "./component";
import { tokenOf } from "./dns";
import type { HeldSecret } from "./needs";

export interface BucketArgs {
  /** Cloudflare account. */
  readonly account: string;
  /** Name of the bucket. */
  readonly bucket: string;
  /** Token that may make buckets and tokens there. @default - CLOUDFLARE_API_TOKEN of whoever runs Pulumi */
  readonly token?: pulumi.Input<string> | undefined;
  /** Nobody can delete what is younger, not even with the keys: days. @default - no lock */
  readonly lockDays?: number | undefined;
  /** Whether it refuses to be deleted. @default true */
  readonly protect?: boolean;
  readonly transform?: {
    readonly bucket?: Transform<cloudflare.R2BucketArgs>;
    readonly token?: Transform<cloudflare.AccountTokenArgs>;
    readonly lock?: Transform<cloudflare.R2BucketLockArgs>;
  };
}

/** Cloudflare's id of the right to read and write the objects of a bucket. */
const WRITE_OBJECTS = "2efd5506f9c8494dacb1fa10a3e7d5b6";
const SECONDS_A_DAY = 86_400;

/**
 * ```ts
 * const bucket = new Bucket("backups", { account, bucket: "shop-backups", token });
 * new Postgres("postgres", { …, backup: { …, credentials: bucket.credentials } });
 * ```
 */
export class Bucket extends Component<NonNullable<BucketArgs["transform"]>> {
  /** Keys as S3 has them. */
  readonly credentials: { readonly id: HeldSecret; readonly key: HeldSecret };

  constructor(name: string, args: BucketArgs, opts?: ComponentOptions) {
    super("Bucket", name, args.transform, opts);
    const { account, bucket } = args;
    const provider = this.child("cloudflare", cloudflare.Provider, tokenOf(args.token));
    const made = this.child(
      "bucket",
      cloudflare.R2Bucket,
      { accountId: account, name: bucket },
      { protect: args.protect ?? true, provider },
    );
    if (args.lockDays !== undefined) {
      const condition = { maxAgeSeconds: args.lockDays * SECONDS_A_DAY, type: "Age" };
      this.child(
        "lock",
        cloudflare.R2BucketLock,
        { accountId: account, bucketName: made.name, rules: [{ condition, enabled: true, id: "slipway" }] },
        { provider },
      );
    }
    const token = this.child(
      "token",
      cloudflare.AccountToken,
      {
        accountId: account,
        name: `slipway ${name}: objects of ${bucket}`,
        policies: [
          {
            effect: "allow",
            permissionGroups: [{ id: WRITE_OBJECTS }],
            resources: JSON.stringify({
              [`com.cloudflare.edge.r2.bucket.${account}_default_${bucket}`]: "*",
            }),
          },
        ],
      },
      { additionalSecretOutputs: ["value"], dependsOn: [made], provider },
    );
    // R2 takes a token's id as the access key, and the hash of its value as the secret one.
    const hashed = pulumi
      .secret(token.value)
      .apply((value) => createHash("sha256").update(value).digest("hex"));
    this.credentials = { id: { value: pulumi.secret(token.id) }, key: { value: hashed } };
    this.finish({ bucket: made.name });
  }
}
