/** Debian packages, installed when missing: the one place that calls apt. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { cacheDir } from "./lib/paths";
import { withLock } from "./cache";
import { Failure } from "./lib/failure";
import type { Step } from "./lib/progress";
import { exists, run } from "./lib/run";

/** Which of them are not installed. */
export async function missingPackages(names: string[]): Promise<string[]> {
  const answer = await run("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\\n", ...names], {
    allowFailure: true,
  });
  const installed = new Set(
    answer.stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return names.filter((name) => !installed.has(name));
}

/** A reason why packages cannot be installed on this machine, or undefined when they can. */
export async function cannotInstall(): Promise<string | undefined> {
  if (process.platform !== "linux") return `this is ${process.platform}, not Linux`;
  if (!(await exists("apt-get"))) return "this Linux has no apt-get (Debian and Ubuntu do)";
  if (process.getuid?.() !== 0) return "only root may install packages";
  return undefined;
}

/** Installs what is missing, without starting the services the packages bring. */
export async function ensurePackages(names: string[], step: Step): Promise<void> {
  if ((await exists("dpkg-query")) && (await missingPackages(names)).length === 0) return;
  const reason = await cannotInstall();
  if (reason !== undefined) {
    throw new Failure(`these packages are needed and cannot be installed here: ${names.join(", ")}`, {
      details: [reason],
      next: "install them yourself, or run as root on Debian or Ubuntu",
    });
  }
  await withLock("apt", step, async () => {
    const missing = await missingPackages(names);
    if (missing.length === 0) return;
    const log = cacheDir("logs", "apt.log");
    const env = {
      DEBIAN_FRONTEND: "noninteractive",
      // No service of a package may start by itself: Slipway runs its own, in its own folders.
      RUNLEVEL: "1",
    };
    const apt = (args: string[]) =>
      run("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", ...args], { env, log });
    if (!existsSync("/var/lib/apt/lists/lock") || !(await listsKnow(missing))) {
      step.note("reading the package lists");
      await apt(["update"]);
    }
    step.note(`installing ${missing.join(", ")}`);
    await withoutServices(() => apt(["install", "-y", "--no-install-recommends", ...missing]));
  });
}

async function listsKnow(names: string[]): Promise<boolean> {
  const answer = await run("apt-cache", ["policy", ...names], { allowFailure: true });
  const candidates = answer.stdout.match(/Candidate: (?!\(none\))/g) ?? [];
  return candidates.length >= names.length;
}

/** Debian's own way to say "start nothing": policy-rc.d answering 101 while packages are set up. */
async function withoutServices<T>(work: () => Promise<T>): Promise<T> {
  const policy = "/usr/sbin/policy-rc.d";
  if (existsSync(policy)) return work();
  writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return await work();
  } finally {
    rmSync(policy, { force: true });
  }
}
