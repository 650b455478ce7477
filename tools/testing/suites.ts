/**
 * What `slipway test` runs, in order: the cheapest that can fail comes first. What a mocha file needs is said by its
 * name: x.test.ts nothing, x.engine.test.ts an engine, and so on.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../toolchain/lib/paths";

export const needs = [
  "none",
  /** Processes of this machine: Postgres, Redis, a browser. */
  "services",
  /** The Pulumi engine and its plugins. */
  "engine",
  /** A running embedded cluster, its NetworkPolicies enforced. */
  "cluster",
  /** The same with everything built that the demo product runs. */
  "product",
  /** A cluster that it may kill. */
  "outage",
  /** More than half an hour: only with --long. */
  "long",
] as const;
export type Need = (typeof needs)[number];

/**
 * Rounds, one after the other; within a round, what runs side by side. The cluster's tests wait most of their time, so
 * all that needs none runs meanwhile. What is measured under load has the machine to itself.
 */
export const rounds: readonly (readonly (readonly Need[])[])[] = [
  [["none", "services", "engine"], ["cluster"]],
  [["product"]],
  [["outage"]],
  [["long"]],
];

export function testFiles(need: Need, filter?: string): string[] {
  return readdirSync(join(checkout, "tests"), { recursive: true, encoding: "utf8" })
    .filter(
      (name) =>
        name.endsWith(".test.ts") && needOf(name) === need && (filter === undefined || name.includes(filter)),
    )
    .sort()
    .map((name) => join("tests", name));
}

function needOf(name: string): Need {
  const middle = /\.([a-z]+)\.test\.ts$/.exec(name)?.[1];
  return needs.find((need) => need === middle) ?? "none";
}
