/** The bucket of a cluster on this machine: an S3 server of the platform's, whose keys stand in a Secret beside it. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { platform, WITHOUT_CLUSTER } from "../config";
import type { HeldSecret } from "./needs";
import { Resident, type ResidentOptions } from "./resident";
import type { Space } from "./space";

const { namespace, keys } = platform.backups;

/**
 * ```ts
 * const bucket = new LocalBucket("bucket", { space });
 * new Postgres("postgres", { …, backup: { …, endpoint: LocalBucket.endpoint, credentials: bucket.credentials } });
 * ```
 */
export class LocalBucket extends Resident {
  static readonly endpoint = `http://${platform.backups.service}.${namespace}.svc:${platform.backups.port}`;
  /** Keys as S3 has them. */
  readonly credentials: { readonly id: HeldSecret; readonly key: HeldSecret };

  constructor(name: string, args: { space: Space }, opts?: ResidentOptions) {
    super("LocalBucket", name, args.space, undefined, opts);
    const data = this.#read();
    const value = (key: string) => ({
      value: pulumi.secret(data.apply((all) => Buffer.from(all?.[key] ?? "", "base64").toString("utf8"))),
    });
    this.credentials = { id: value("id"), key: value("key") };
    this.finish({ endpoint: LocalBucket.endpoint });
  }

  /** In a preview before its platform there is none yet; in one without a cluster nobody can look. */
  #read(): pulumi.Output<Record<string, string> | undefined> {
    if (process.env[WITHOUT_CLUSTER] === "true") return pulumi.output(undefined);
    return k8s.core.v1.Secret.get(`${this.called}-keys`, `${namespace}/${keys}`, { parent: this }).data;
  }
}
