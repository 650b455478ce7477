/** `slipway doctor`: what this machine has, what Slipway would use of it, and what to mend first. */
import { availableParallelism, totalmem } from "node:os";
import { mkdirSync, statfsSync } from "node:fs";
import type { Command } from "commander";
import { installedOrBuilt } from "../toolchain/engine";
import { fetchedGo, installedGo } from "../toolchain/go";
import { cacheDir, stateDir } from "../toolchain/lib/paths";
import { run } from "../toolchain/lib/run";
import { releasesReachable } from "../toolchain/official";
import { cannotInstall } from "../toolchain/packages";

/** What the whole of `./slipway test` leaves in the cache and state folders, rounded up. */
const diskWanted = 25e9;
const memoryWanted = 6e9;

export interface Finding {
  what: string;
  found: string;
  /** Undefined where nothing needs mending. */
  next?: string;
}

export function register(program: Command): void {
  program
    .command("doctor")
    .description(
      "says what this machine has and what Slipway would use; exit code 1 when something must be mended first",
    )
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      const findings = await examine();
      process.stdout.write(
        options.json === true ? `${JSON.stringify(findings, undefined, 2)}\n` : table(findings),
      );
      if (findings.some((finding) => finding.next !== undefined)) process.exitCode = 1;
    });
}

export async function examine(): Promise<Finding[]> {
  return [
    machine(),
    disk(cacheDir()),
    disk(stateDir()),
    ...(await Promise.all([packages(), compiler(), npm(), engine(), releases()])),
  ];
}

function machine(): Finding {
  const memory = totalmem();
  return {
    what: "machine",
    found: `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${gigabytes(memory)} of memory`,
    ...(process.platform === "linux"
      ? {}
      : { next: "the embedded cluster needs Linux; elsewhere use ./slipway up --context NAME" }),
    ...(memory < memoryWanted
      ? { next: `the cluster with the demo product wants ${gigabytes(memoryWanted)}` }
      : {}),
  };
}

function disk(folder: string): Finding {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  return {
    what: `disk, ${folder}`,
    found: `${gigabytes(free)} free`,
    ...(free < diskWanted
      ? {
          next: `free ${gigabytes(diskWanted - free)}, or name another folder by SLIPWAY_CACHE or SLIPWAY_STATE`,
        }
      : {}),
  };
}

async function packages(): Promise<Finding> {
  const reason = await cannotInstall();
  return {
    what: "system packages",
    found: reason ?? "can be installed when needed (root, apt-get)",
    ...(reason === undefined
      ? {}
      : {
          next: "run as root on Debian or Ubuntu for the embedded cluster, or use ./slipway up --context NAME",
        }),
  };
}

async function compiler(): Promise<Finding> {
  const installed = await installedGo();
  if (installed === undefined) return { what: "Go", found: fetchedGo() };
  return { what: "Go", found: (await run(installed, ["env", "GOVERSION"])).stdout.trim() };
}

async function npm(): Promise<Finding> {
  const answer = await run("npm", ["--version"], { allowFailure: true }).catch(() => undefined);
  return answer?.code === 0
    ? { what: "Node and npm", found: `${process.version}, npm ${answer.stdout.trim()}` }
    : { what: "Node and npm", found: `${process.version}, no npm`, next: "install npm" };
}

async function engine(): Promise<Finding> {
  const found = await installedOrBuilt();
  return { what: "engine", found: found ?? "none yet: the next run fetches or builds it" };
}

async function releases(): Promise<Finding> {
  const found = (await releasesReachable())
    ? "reachable: official downloads are used"
    : "out of reach: engine and cluster are built from Go modules";
  return { what: "release hosts", found };
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

function table(findings: Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return findings
    .map(
      ({ what, found, next }) =>
        `${next === undefined ? "✔" : "✘"} ${what.padEnd(width)}  ${found}\n${next === undefined ? "" : `  ${" ".repeat(width)}  next: ${next}\n`}`,
    )
    .join("");
}
