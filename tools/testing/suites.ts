/** What `slipway test` runs, in order: the cheapest that can fail comes first. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../toolchain/lib/paths";

export interface Check {
  title: string;
  command: [string, ...string[]];
  cwd?: string;
}

const bin = (name: string) => join(checkout, "node_modules", ".bin", name);

/** Checks that pass or fail as a whole. */
export function staticChecks(): Check[] {
  return [
    {
      title: "every file is formatted (prettier)",
      command: [bin("prettier"), "--check", "--log-level", "warn", "."],
    },
    {
      title: "the linter finds nothing (eslint)",
      command: [bin("eslint"), "--max-warnings=0", "."],
    },
    { title: "the types hold (tsc)", command: [bin("tsc"), "--noEmit"] },
    {
      title: "the demo page's types hold (tsc)",
      command: [bin("tsc"), "--noEmit", "-p", "demo/web/page"],
    },
  ];
}

/** The Go modules whose own tests run. */
export const goModules = ["toolchain/plugins", "toolchain/cluster/supervisor"];

/** What a mocha file needs is said by its name: x.test.ts nothing, x.engine.test.ts an engine, and so on. */
export const needs = ["none", "services", "engine", "cluster", "long"] as const;
export type Need = (typeof needs)[number];

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
