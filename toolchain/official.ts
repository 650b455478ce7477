/** The official releases, for machines that can reach them. */
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure, messageOf } from "./lib/failure";
import type { Step } from "./lib/progress";
import { run } from "./lib/run";
import { versions } from "./versions";

const releases = "https://get.pulumi.com/releases/sdk";
const PROBE_MS = 4_000;

let reachable: Promise<boolean> | undefined;

/** Whether the release host answers; asked once a process. SLIPWAY_OFFLINE=1 answers no without asking. */
export function releasesReachable(): Promise<boolean> {
  reachable ??= (async () => {
    if (process.env.SLIPWAY_OFFLINE === "1") return false;
    try {
      const answer = await fetch(`${releases}/pulumi-${versions.pulumi}-checksums.txt`, {
        method: "HEAD",
        signal: AbortSignal.timeout(PROBE_MS),
      });
      return answer.ok;
    } catch {
      return false; // unreachable is an answer here, not an error
    }
  })();
  return reachable;
}

/** Fetches the release, checks it against its published checksum, unpacks it; answers the folder of executables. */
export async function downloadEngine(into: string, step: Step): Promise<string> {
  const bin = join(into, "pulumi");
  const arch = process.arch === "arm64" ? "arm64" : "x64";
  const name = `pulumi-v${versions.pulumi}-${process.platform}-${arch}.tar.gz`;
  try {
    step.note(`downloading ${name}`);
    const [archive, sums] = await Promise.all([
      get(`${releases}/${name}`),
      get(`${releases}/pulumi-${versions.pulumi}-checksums.txt`),
    ]);
    const wanted = sums
      .toString()
      .split("\n")
      .find((line) => line.endsWith(name))
      ?.split(/\s+/)[0];
    const is = createHash("sha256").update(archive).digest("hex");
    if (wanted !== is)
      throw new Failure(`${name} has checksum ${is}, its release says ${wanted ?? "nothing"}`);
    const work = `${into}.${process.pid}`;
    mkdirSync(work, { recursive: true });
    mkdirSync(dirname(into), { recursive: true });
    writeFileSync(join(work, name), archive);
    await run("tar", ["-xzf", name], { cwd: work });
    rmSync(join(work, name));
    rmSync(into, { recursive: true, force: true });
    renameSync(work, into);
    return bin;
  } catch (error) {
    throw new Failure(`the Pulumi engine could not be downloaded: ${messageOf(error)}`, {
      next: "run again; or set SLIPWAY_OFFLINE=1 to build it from Go modules instead",
      cause: error,
    });
  }
}

async function get(url: string): Promise<Buffer> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(300_000) });
  if (!answer.ok) throw new Failure(`${url} answered ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}
