/**
 * What a review knows of one stack: plain data, made once from the engine's events, written as a comment, as JSON,
 * or compared by tests. Every text in it has been through the scrubber.
 */
export type Op = "create" | "update" | "replace" | "delete" | "import" | "read";
export const OPS: readonly Op[] = ["replace", "delete", "update", "create", "import", "read"];

/** One property that changes. */
export interface Leaf {
  path: string;
  before?: string;
  after?: string;
  /** The changed lines of a text of several lines, instead of before and after. */
  lines?: string[];
  /** This change forces the replacement. */
  forces: boolean;
}

export interface Danger {
  class: "data" | "address" | "credential" | "structure" | "protected";
  /** What is lost or moves, in a few words. */
  what: string;
  /** The properties that force a replacement. */
  because: string[];
  /** What softens or sharpens it: protection, retention, a rename in disguise. */
  notes: string[];
}

export interface Change {
  urn: string;
  op: Op;
  type: string;
  /** Short: `Deployment`. */
  kind: string;
  name: string;
  /** The name in the cluster or cloud, when it is known and another: `shop/api`. */
  physical?: string;
  /** The part of the product it belongs to. */
  component: string;
  leaves: Leaf[];
  /** Properties that changed and say nothing. */
  noise: number;
  /** For a creation: what a reviewer wants to know of it, as `image: x:1`. */
  facts: string[];
  danger?: Danger;
}

export interface Finding {
  rule: string;
  pack: string;
  level: "mandatory" | "advisory";
  severity?: string;
  /** Kind and name of the resource; undefined for a rule over the whole stack. */
  resource?: string;
  message: string;
}

export interface NotEvaluated {
  rule: string;
  pack: string;
  resource?: string;
  why: string;
}

export interface Waiver {
  rule: string;
  resource: string;
  owner: string;
  reason: string;
  /** A day, as 2026-12-31. */
  expires: string;
  /** Negative once expired. */
  daysLeft: number;
}

export interface ImageChange {
  /** The image without its version. */
  image: string;
  before?: string;
  after?: string;
  /** Whose image it is, as `Deployment api`. */
  users: string[];
}

export interface Amounts {
  /** Thousandths of a core. */
  cpu: number;
  /** Bytes. */
  memory: number;
  /** Bytes of disk. */
  storage: number;
}

export interface Footprint {
  before: Amounts;
  after: Amounts;
  /** Workloads that name no request of their own: not in the sums. */
  unsized: string[];
  cost?: { currency: string; before: number; after: number };
}

export interface Problem {
  severity: "error" | "warning";
  resource?: string;
  message: string;
}

export interface StackReview {
  project: string;
  stack: string;
  outcome: "unchanged" | "changed" | "failed" | "violated";
  /** Why this was not compared with the stack's real state; undefined when it was. */
  unchecked?: string;
  seconds: number;
  changes: Change[];
  same: number;
  packs: { name: string; version: string }[];
  findings: Finding[];
  notEvaluated: NotEvaluated[];
  waivers: Waiver[];
  images: ImageChange[];
  footprint?: Footprint;
  outputs: Leaf[];
  problems: Problem[];
  /** What to do about a failure. */
  next?: string;
}

export const EXIT = { unchanged: 0, failed: 1, changed: 2, violated: 3 } as const;

/** One exit code for all stacks: a failure outweighs a violation, which outweighs a change. */
export function exitCode(reviews: Pick<StackReview, "outcome">[]): number {
  const order = ["failed", "violated", "changed", "unchanged"] as const;
  const worst = order.find((outcome) => reviews.some((review) => review.outcome === outcome));
  return EXIT[worst ?? "unchanged"];
}

export function count(changes: Change[]): Partial<Record<Op, number>> {
  const counts: Partial<Record<Op, number>> = {};
  for (const { op } of changes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}
