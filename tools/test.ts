/** `slipway test`: everything CI runs. Its last line is `N passed, N failed, N skipped`. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { down } from "../toolchain/cluster/down";
import { files } from "../toolchain/cluster/layout";
import { go } from "../toolchain/go";
import { Failure, messageOf } from "../toolchain/lib/failure";
import { checkout } from "../toolchain/lib/paths";
import { duration, quiet, steps } from "../toolchain/lib/progress";
import { run, tail } from "../toolchain/lib/run";
import { environment } from "./lib/environment";
import { goModules, needs, staticChecks, testFiles, type Check, type Need } from "./testing/suites";

interface Options {
  long?: boolean;
  only?: Need | "static" | "go";
  filter?: string;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: string[];
}

export function register(program: Command): void {
  program
    .command("test")
    .description("runs every test; what cannot run here is skipped by name, with the reason")
    .option("--long", "also what takes longer than half an hour")
    .option("--only <suite>", `one suite: static, go, ${needs.join(", ")}`)
    .option("--filter <text>", "only the mocha files whose path has this text")
    .action(async (options: Options) => {
      const total = await runAll(options);
      for (const line of total.skipped) say(`skipped: ${line}`);
      process.stdout.write(
        `${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped\n`,
      );
      if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
    });
}

const say = (line: string) => process.stdout.write(`${line}\n`);

async function runAll(options: Options): Promise<Counts> {
  const total: Counts = { passed: 0, failed: 0, skipped: [] };
  const add = (counts: Counts) => {
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped.push(...counts.skipped);
  };
  const wanted = (name: string) => options.only === undefined || options.only === name;
  if (wanted("static") && options.filter === undefined) {
    for (const check of staticChecks()) add(await runCheck(check));
  }
  if (wanted("go") && options.filter === undefined) {
    for (const module of goModules) add(await runGoTests(module));
  }
  const before = existsSync(files.owner);
  try {
    for (const need of needs) {
      if (!wanted(need) || (need === "long" && options.long !== true)) continue;
      add(await runMocha(need, options.filter));
    }
  } finally {
    await leaveAsFound(before);
  }
  return total;
}

/** Tests leave nothing running: a cluster that they brought up goes down with them. */
async function leaveAsFound(wasUp: boolean): Promise<void> {
  if (!wasUp && existsSync(files.owner)) await down({ take: false });
}

async function runCheck({ title, command: [command, ...args], cwd }: Check): Promise<Counts> {
  const started = Date.now();
  const answer = await run(command, args, { cwd: join(checkout, cwd ?? ""), allowFailure: true });
  const took = duration(Date.now() - started);
  if (answer.code === 0) {
    say(`  ✔ ${title} (${took})`);
    return { passed: 1, failed: 0, skipped: [] };
  }
  say(`  ✘ ${title} (${took})`);
  for (const line of tail(`${answer.stdout}\n${answer.stderr}`, 60)) say(`      ${line}`);
  return { passed: 0, failed: 1, skipped: [] };
}

/** Counts the tests that `go test -json` names, and shows the output of those that failed. */
async function runGoTests(module: string): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: [] };
  if (!existsSync(join(checkout, module, "go.mod"))) return counts;
  say(`\n  ${module} (go test)`);
  const command = await go(quiet).catch((error: unknown) =>
    error instanceof Failure ? error : Promise.reject(error as Error),
  );
  if (command instanceof Failure) return { ...counts, skipped: [`${module}: ${command.message}`] };
  const env = { CGO_ENABLED: "0", GOWORK: "off" };
  const answer = await run(command, ["test", "-json", "-mod=readonly", "./..."], {
    cwd: join(checkout, module),
    env,
    allowFailure: true,
  });
  const output = new Map<string, string>();
  for (const line of answer.stdout.split("\n")) {
    if (!line.startsWith("{")) continue;
    const event = JSON.parse(line) as { Action: string; Package?: string; Test?: string; Output?: string };
    const name = `${event.Package ?? ""} ${event.Test ?? ""}`.trim();
    if (event.Action === "output") output.set(name, (output.get(name) ?? "") + (event.Output ?? ""));
    if (event.Test === undefined && event.Action !== "fail") continue;
    if (event.Action === "pass") counts.passed += 1;
    if (event.Action === "skip") counts.skipped.push(name);
    if (event.Action === "fail") {
      if (event.Test !== undefined) counts.failed += 1;
      say(`  ✘ ${name}`);
      for (const text of tail(output.get(name) ?? "", 30)) say(`      ${text}`);
    }
  }
  if (answer.code !== 0 && counts.failed === 0) {
    counts.failed = 1;
    for (const text of tail(answer.stderr, 30)) say(`      ${text}`);
  }
  if (counts.failed === 0) say(`  ✔ ${counts.passed} tests`);
  return counts;
}

async function runMocha(need: Need, filter: string | undefined): Promise<Counts> {
  const files = testFiles(need, filter);
  if (files.length === 0) return { passed: 0, failed: 0, skipped: [] };
  say(
    `\n  ${need === "none" ? "tests that need nothing" : `tests that need: ${need}`} (${files.length} files)`,
  );
  const ready = await prepare(need);
  if (ready instanceof Failure) {
    say(ready.format());
    return { passed: 0, failed: 0, skipped: files.map((file) => `${file}: ${ready.message}`) };
  }
  const folder = mkdtempSync(join(tmpdir(), "slipway-test-"));
  const counts = join(folder, "counts");
  try {
    const code = await mocha(files, { ...ready, SLIPWAY_TEST_COUNTS: counts });
    if (!existsSync(counts)) {
      say(`  mocha ended with exit code ${code} before any test was counted`);
      return { passed: 0, failed: 1, skipped: [] };
    }
    const result = JSON.parse(readFileSync(counts, "utf8").trim()) as Counts;
    if (code !== 0 && result.failed === 0) result.failed = 1;
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The environment a suite runs in, or the reason it cannot run on this machine. */
async function prepare(need: Need): Promise<Record<string, string | undefined> | Failure> {
  // The SDK takes a kubeconfig from the environment: what a test expects must not depend on whose it is.
  if (need === "none" || need === "services") return { KUBECONFIG: undefined };
  let env: Record<string, string> = {};
  try {
    await steps([{ title: "Engine", run: async (step) => void (env = await environment(step)) }]);
    return env;
  } catch (error) {
    if (process.env.CI === "true") throw error; // in CI the engine is a promise: its absence is a failure
    return error instanceof Failure ? error : new Failure(messageOf(error));
  }
}

/** Mocha in a process of its own, its output passed through. */
function mocha(files: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const arguments_ = [
    "--require",
    "ts-node/register",
    "--reporter",
    join(checkout, "tools/testing/reporter.ts"),
    ...files,
  ];
  const child = spawn(process.execPath, [join(checkout, "node_modules/mocha/bin/mocha.js"), ...arguments_], {
    cwd: checkout,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done(code ?? 1));
  });
}
