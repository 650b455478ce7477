/**
 * Physical names: pure functions from words to names Kubernetes accepts. A name that fits is the words themselves; one
 * that does not is cut and ends in a hash of the whole, so that two long names never meet.
 */
import { createHash } from "node:crypto";

/**
 * The most letters each kind may have so that everything derived from it still fits the 63 of a label or host name.
 * Kinds not listed take 63.
 */
const LONGEST: Readonly<Record<string, number>> = {
  // Its pods are called `<name>-<10 letters>-<5 letters>`, and a pod's name is its host name.
  Deployment: 47,
  // The label controller-revision-hash holds `<name>-<10 letters>`.
  StatefulSet: 52,
  // Its Jobs are called `<name>-<11 digits>`.
  CronJob: 52,
  // Its pods are called `<name>-<5 letters>`.
  Job: 57,
  // CloudNativePG refuses more; `-superuser` and the like follow.
  Cluster: 50,
  Pooler: 50,
  // Grafana's own limit for the word in a dashboard's address.
  Dashboard: 40,
  // KEDA names the autoscaler `keda-hpa-<name>`.
  ScaledObject: 54,
};
const MOST = 63;
const HASH = 8;

/** Words joined by dashes, as one DNS-1123 label that begins with a letter; cut with a hash when too long for its kind. */
export function physicalName(kind: string, ...words: string[]): string {
  const whole = words.join("-");
  const most = LONGEST[kind] ?? MOST;
  const clean = whole
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  if (clean === "") throw new Error(`no name can be made of ${JSON.stringify(whole)}: it has no letter`);
  // A name that had to be cleaned could meet its clean twin (`a.b` and `a-b`): the hash tells them apart.
  if (clean === whole && clean.length <= most) return clean;
  return withHash(clean, digest(whole, HASH), most);
}

/** A name that changes with its content: Jobs, which run once for each. */
export function contentName(kind: string, name: string, content: string): string {
  return withHash(physicalName(kind, name), digest(content, 10), LONGEST[kind] ?? MOST);
}

/** The first letters of a SHA-256, in hex. */
export function digest(content: string, letters: number): string {
  return createHash("sha256").update(content).digest("hex").slice(0, letters);
}

function withHash(name: string, hash: string, most: number): string {
  const head = name.slice(0, most - hash.length - 1).replace(/-+$/, "");
  return `${head}-${hash}`;
}
