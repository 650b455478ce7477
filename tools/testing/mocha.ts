/** One suite of mocha files, in a process of its own. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../toolchain/lib/failure";
import { checkout } from "../../toolchain/lib/paths";
import { duration } from "../../toolchain/lib/progress";
import { because, nothing, type Counts } from "./counts";
import type { Environment } from "../lib/own-cluster";
import type { Footing } from "./ground";
import type { Output } from "./output";
import type { Need } from "./suites";

export interface Suite {
  need: Need;
  files: string[];
}

export async function runMocha({ need, files }: Suite, ground: Footing, output: Output): Promise<Counts> {
  const title = need === "none" ? "tests that need nothing" : `tests that need: ${need}`;
  output.say(`\n  ${title} (${files.length} files)`);
  let env: Environment;
  try {
    env = await ground.of(need);
  } catch (error) {
    output.say(messageOf(error));
    return { ...nothing(), failed: 1, skipped: because(files, error) };
  }
  const started = Date.now();
  const counts = await counted(files, env, output);
  output.say(`  ${need}: tests took ${duration(Date.now() - started)}`);
  return counts;
}

async function counted(files: string[], env: Environment, output: Output): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-test-"));
  const counts = join(folder, "counts");
  try {
    const code = await mocha(files, { ...env, SLIPWAY_TEST_COUNTS: counts }, output);
    if (!existsSync(counts)) {
      output.say(`  mocha ended with exit code ${code} before any test was counted`);
      return { ...nothing(), failed: 1 };
    }
    const result = JSON.parse(readFileSync(counts, "utf8").trim()) as Counts;
    if (code !== 0 && result.failed === 0) result.failed = 1;
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mocha(files: string[], env: Environment, output: Output): Promise<number> {
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
    stdio: ["ignore", output.stream, output.stream],
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done(code ?? 1));
  });
}
