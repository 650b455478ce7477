/** One suite of mocha files, in a process of its own. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure, messageOf } from "../../toolchain/lib/failure";
import { checkout } from "../../toolchain/lib/paths";
import { duration } from "../../toolchain/lib/progress";
import { nothing, say, type Counts } from "./counts";
import type { Environment } from "../lib/own-cluster";
import { Impossible, type Ground } from "./ground";
import { testFiles, type Need } from "./suites";

export async function runMocha(need: Need, filter: string | undefined, ground: Ground): Promise<Counts> {
  const files = testFiles(need, filter);
  if (files.length === 0) return nothing();
  say(
    `\n  ${need === "none" ? "tests that need nothing" : `tests that need: ${need}`} (${files.length} files)`,
  );
  const prepared = Date.now();
  let env: Environment;
  try {
    env = await ground.of(need);
  } catch (error) {
    if (error instanceof Impossible)
      return { ...nothing(), skipped: files.map((file) => because(file, error)) };
    say(error instanceof Failure ? error.format() : ((error as Error).stack ?? messageOf(error)));
    return { ...nothing(), failed: 1, skipped: files.map((file) => because(file, error)) };
  }
  const started = Date.now();
  const counts = await counted(files, env);
  const ready = started - prepared > 1000 ? `ready after ${duration(started - prepared)}, ` : "";
  say(`  ${need}: ${ready}tests took ${duration(Date.now() - started)}`);
  return counts;
}

const because = (file: string, error: unknown) => `${file}: ${messageOf(error)}`;

async function counted(files: string[], env: Environment): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-test-"));
  const counts = join(folder, "counts");
  try {
    const code = await mocha(files, { ...env, SLIPWAY_TEST_COUNTS: counts });
    if (!existsSync(counts)) {
      say(`  mocha ended with exit code ${code} before any test was counted`);
      return { ...nothing(), failed: 1 };
    }
    const result = JSON.parse(readFileSync(counts, "utf8").trim()) as Counts;
    if (code !== 0 && result.failed === 0) result.failed = 1;
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Its output is passed through. */
function mocha(files: string[], env: Environment): Promise<number> {
  const words = [
    "--require",
    "ts-node/register/transpile-only", // the types are a check of their own
    "--reporter",
    join(checkout, "tools/testing/reporter.ts"),
    ...files,
  ];
  const child = spawn(process.execPath, [join(checkout, "node_modules/mocha/bin/mocha.js"), ...words], {
    cwd: checkout,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done(code ?? 1));
  });
}
