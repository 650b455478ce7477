/** What passes or fails without mocha: formatting, linting, types, and the Go modules' own tests. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { go } from "../../toolchain/go";
import { Failure } from "../../toolchain/lib/failure";
import { checkout } from "../../toolchain/lib/paths";
import { duration, quiet } from "../../toolchain/lib/progress";
import { run, tail } from "../../toolchain/lib/run";
import { nothing, say, type Counts } from "./counts";

interface Check {
  title: string;
  command: [string, ...string[]];
}

const bin = (name: string) => join(checkout, "node_modules", ".bin", name);

export const staticChecks: Check[] = [
  {
    title: "every file is formatted (prettier)",
    command: [bin("prettier"), "--check", "--log-level", "warn", "."],
  },
  { title: "the linter finds nothing (eslint)", command: [bin("eslint"), "--max-warnings=0", "."] },
  { title: "the types hold (tsc)", command: [bin("tsc"), "--noEmit"] },
  {
    title: "the demo page's types hold (tsc)",
    command: [bin("tsc"), "--noEmit", "-p", "demo/web/page"],
  },
];

/** The Go modules whose own tests run. */
export const goModules = ["toolchain/plugins", "toolchain/cluster/supervisor"];

export async function runCheck({ title, command: [command, ...args] }: Check): Promise<Counts> {
  const started = Date.now();
  const answer = await run(command, args, { cwd: checkout, allowFailure: true });
  const took = duration(Date.now() - started);
  if (answer.code === 0) {
    say(`  ✔ ${title} (${took})`);
    return { ...nothing(), passed: 1 };
  }
  say(`  ✘ ${title} (${took})`);
  for (const line of tail(`${answer.stdout}\n${answer.stderr}`, 60)) say(`      ${line}`);
  return { ...nothing(), failed: 1 };
}

interface GoEvent {
  Action: string;
  Package?: string;
  Test?: string;
  Output?: string;
}

/** Counts the tests that `go test -json` names, and shows the output of those that failed. */
export async function runGoTests(module: string): Promise<Counts> {
  const counts = nothing();
  if (!existsSync(join(checkout, module, "go.mod"))) return counts;
  say(`\n  ${module} (go test)`);
  const command = await go(quiet).catch((error: unknown) =>
    error instanceof Failure ? error : Promise.reject(error as Error),
  );
  if (command instanceof Failure) return { ...counts, skipped: [`${module}: ${command.message}`] };
  // The flags of gobuild.ts: what is compiled here need not be compiled again for the programs.
  const answer = await run(command, ["test", "-json", "-trimpath", "-mod=readonly", "./..."], {
    cwd: join(checkout, module),
    env: { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" },
    allowFailure: true,
  });
  const output = new Map<string, string>();
  for (const line of answer.stdout.split("\n")) {
    if (!line.startsWith("{")) continue;
    const event = JSON.parse(line) as GoEvent;
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
