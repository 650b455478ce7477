/** Which changes lose data, move an address or break others: found by kind, as one readable table. */
import type { Change, Danger } from "./model";
import type { ResourceState } from "./events";

type Class = Danger["class"];

/** First match wins. The words say what a delete means; a replacement is a delete and a new, empty one. */
const KINDS: [RegExp, Class, string][] = [
  [
    /^kubernetes:postgresql\.cnpg\.io\/[^:]+:(Cluster|Database)$/,
    "data",
    "the Postgres database and its disks",
  ],
  [/^kubernetes:barmancloud\.cnpg\.io\/[^:]+:ObjectStore$/, "data", "where backups are kept and found"],
  [/^kubernetes:postgresql\.cnpg\.io\/[^:]+:(Backup|ScheduledBackup)$/, "data", "backups are no longer made"],
  [/^kubernetes:core\/v1:PersistentVolume(Claim)?$/, "data", "the disk and what is on it"],
  [/^kubernetes:apps\/v1:StatefulSet$/, "data", "pods that own disks"],
  [/^kubernetes:core\/v1:Namespace$/, "structure", "everything in the namespace"],
  [
    /^kubernetes:apiextensions\.k8s\.io\/[^:]+:CustomResourceDefinition$/,
    "structure",
    "every object of this kind",
  ],
  [/^kubernetes:storage\.k8s\.io\/[^:]+:StorageClass$/, "structure", "disks that are yet to be made"],
  [/^kubernetes:core\/v1:Service$/, "address", "its cluster address, and its load balancer's"],
  [
    /^kubernetes:gateway\.networking\.k8s\.io\/[^:]+:Gateway$/,
    "address",
    "the address all routes are reached by",
  ],
  [
    /^kubernetes:gateway\.networking\.k8s\.io\/[^:]+:\w*Route$/,
    "address",
    "the route: requests to it fail meanwhile",
  ],
  [/^kubernetes:networking\.k8s\.io\/[^:]+:Ingress$/, "address", "the route: requests to it fail meanwhile"],
  [
    /^kubernetes:cert-manager\.io\/[^:]+:(Certificate|ClusterIssuer|Issuer)$/,
    "address",
    "the certificate TLS is served with",
  ],
  [/^cloudflare:index\/r2\w*:/, "data", "the bucket and what is in it"],
  [/^cloudflare:index\/(d1Database|workersKvNamespace|queue)\w*:/, "data", "the data kept at Cloudflare"],
  [
    /^cloudflare:index\/(dnsRecord|record|zone|zeroTrustTunnel\w*|loadBalancer\w*|originCaCertificate)\w*:/,
    "address",
    "how the product is reached",
  ],
  [/^random:index\/\w*:/, "credential", "the generated value: whoever uses it gets another"],
  [
    /^(aws|gcp|azure-native|azure|digitalocean|linode|hcloud|scaleway):.*(database|rds|sql|postgres|redis|cache|dynamo|spanner|firestore|bucket|storage|disk|volume|filesystem|queue|topic|snapshot|backup)/i,
    "data",
    "stored data",
  ],
  [
    /^(aws|gcp|azure-native|azure|digitalocean|linode|hcloud|scaleway):.*(loadbalancer|eip|address|dns|record|zone|domain|certificate|cluster|network|vpc|subnet)/i,
    "address",
    "how others reach it",
  ],
  [/^(aws|gcp|azure-native|azure):.*(key|kms|secret)/i, "credential", "what is encrypted or signed with it"],
];

/** A danger only the resource's own words show: any StatefulSet-like thing that a product's own component calls stateful. */
const STATEFUL_NAME =
  /(^|[-_:])(postgres|postgresql|database|db|redis|valkey|queue|bucket|backup|volume)([-_]|$)/i;

interface Judged {
  change: Pick<Change, "op" | "type" | "name">;
  old: ResourceState | undefined;
  because: string[];
}

/** The danger of a replace or delete; undefined for every other change. */
export function dangerOf({ change, old, because }: Judged): Danger | undefined {
  if (change.op !== "replace" && change.op !== "delete") return undefined;
  const known = KINDS.find(([pattern]) => pattern.test(change.type));
  const notes: string[] = [];
  if (old?.protect === true) notes.push("it is protected: the deployment will refuse this");
  if (old?.retainOnDelete === true) notes.push("what is there stays (retainOnDelete), unmanaged");
  if (known !== undefined) return { class: known[1], what: known[2], because, notes };
  if (old?.protect === true) return { class: "protected", what: "what its owner protected", because, notes };
  const dynamic = /(^|:)dynamic(:|\/)/.test(change.type) || change.type.endsWith(":dynamic:Resource");
  if (dynamic && STATEFUL_NAME.test(change.name)) {
    return { class: "data", what: "by its name, stored data", because, notes };
  }
  return undefined;
}

const ORDER: Class[] = ["data", "structure", "credential", "protected", "address"];

/** Worst first: data before addresses, deletes before replacements, all that is safe last. */
export function dangerRank({ danger, op }: Change): number {
  return (danger === undefined ? ORDER.length : ORDER.indexOf(danger.class)) * 2 + (op === "delete" ? 0 : 1);
}

export function byDanger(a: Change, b: Change): number {
  return dangerRank(a) - dangerRank(b) || (a.urn < b.urn ? -1 : 1);
}
