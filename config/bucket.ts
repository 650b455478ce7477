/** Buckets: `s3://name/prefix` and its like, taken apart. */

export interface Bucket {
  readonly text: string;
  readonly provider: "s3" | "r2" | "gcs" | "azure";
  /** The bucket's name; on Azure, the container's. */
  readonly name: string;
  /** Azure's storage account. */
  readonly account?: string | undefined;
  /** Folder below it, without slashes at its ends; empty for none. */
  readonly prefix: string;
}

const PROVIDERS: Readonly<Record<string, Bucket["provider"]>> = {
  s3: "s3",
  r2: "r2",
  gs: "gcs",
  azure: "azure",
};
const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^(?:[\w.-]+(?:\/[\w.-]+)*)?$/;

/** The bucket a text means; undefined when it means none. */
export function parseBucket(text: string): Bucket | undefined {
  const [, scheme = "", rest = ""] = /^([a-z0-9]+):\/\/(.+?)\/?$/.exec(text.trim()) ?? [];
  const provider = PROVIDERS[scheme];
  if (provider === undefined) return undefined;
  const words = rest.split("/");
  const account = provider === "azure" ? words.shift() : undefined;
  const [name = "", ...folders] = words;
  const prefix = folders.join("/");
  if (!NAME.test(name) || !PREFIX.test(prefix) || prefix.includes("..")) return undefined;
  if (provider === "azure" && (account === undefined || !/^[a-z0-9]{3,24}$/.test(account))) return undefined;
  return { text, provider, name, account, prefix };
}
