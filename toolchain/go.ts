/** Finds a Go new enough, or fetches one: Debian's is old, but old enough Go can fetch its own successor. */
import { existsSync } from "node:fs";
import { Failure } from "./lib/failure";
import { run } from "./lib/run";
import type { Step } from "./lib/progress";

/** What the modules under toolchain/ ask for in their go.mod. */
export const goWanted = [1, 26] as const;

let found: Promise<string> | undefined;

/** The `go` command to use. */
export function go(step: Step): Promise<string> {
  found ??= find(step);
  return found;
}

async function find(step: Step): Promise<string> {
  for (const candidate of ["go", "/usr/local/go/bin/go", "/usr/lib/go/bin/go"]) {
    if (candidate.startsWith("/") && !existsSync(candidate)) continue;
    const answer = await run(candidate, ["env", "GOVERSION"], {
      allowFailure: true,
      env: { GOTOOLCHAIN: "local" },
    }).catch(() => undefined);
    if (answer?.code === 0 && atLeast(answer.stdout.trim())) return candidate;
  }
  step.note("no Go found");
  throw new Failure(`Go ${goWanted.join(".")} or newer was not found`, {
    details: [
      "Slipway builds its engine and its embedded cluster with it, where their official downloads are out of reach.",
    ],
    next: "install Go (see go.dev/doc/install, or your system's packages), then run the same command again",
  });
}

/** "go1.26.8" -> whether it is at least what is wanted */
export function atLeast(version: string): boolean {
  const [major, minor] = version
    .replace(/^go/, "")
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  if (major === undefined || minor === undefined || Number.isNaN(minor)) return false;
  return major > goWanted[0] || (major === goWanted[0] && minor >= goWanted[1]);
}
