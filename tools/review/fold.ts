/** The same property changing the same way in many resources is said once. */
import type { Change, Leaf } from "./model";

/** As many resources as make it a pattern. */
const PATTERN = 4;

export interface Folded {
  /** What changes everywhere, with how many resources it changes in. */
  common: { leaf: Leaf; count: number }[];
  changes: Change[];
  /** Resources in which nothing else changes. */
  only: number;
}

export function fold(changes: Change[]): Folded {
  const seen = new Map<string, { leaf: Leaf; count: number }>();
  for (const change of changes) {
    if (change.op !== "update") continue;
    for (const leaf of change.leaves) {
      const known = seen.get(keyOf(leaf));
      seen.set(keyOf(leaf), { leaf, count: (known?.count ?? 0) + 1 });
    }
  }
  const common = [...seen.entries()].filter(([, { leaf, count }]) => count >= PATTERN && !isMasked(leaf));
  const keys = new Set(common.map(([key]) => key));
  const rest: Change[] = [];
  let only = 0;
  for (const change of changes) {
    const leaves =
      change.op === "update" ? change.leaves.filter((leaf) => !keys.has(keyOf(leaf))) : change.leaves;
    if (change.op === "update" && change.leaves.length > 0 && leaves.length === 0) only++;
    else rest.push({ ...change, leaves });
  }
  return {
    common: common.map(([, one]) => one).sort((a, b) => b.count - a.count),
    changes: rest,
    only,
  };
}

const keyOf = (leaf: Leaf) => JSON.stringify([leaf.path, leaf.before, leaf.after, leaf.lines]);

/** Masked values look alike and need not be. */
const isMasked = ({ before, after }: Leaf) => before === after || after?.startsWith("[") === true;
