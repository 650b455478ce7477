/**
 * A restore ends with the engine, which would run the stack file's migrations on the restored database: one that failed here, or
 * that what runs now never had, would spoil it again. Said before anything is touched.
 */
import { Failure } from "../../toolchain/lib/failure";
import { migrationJobs, runs } from "../release/migrations";
import type { Raw } from "../release/override";
import { canonical, lastGood, releasesOf } from "../release/records";
import type { Session } from "../release/session";

export async function refuseUntried({
  kube,
  raw,
  settings,
  stack,
}: Pick<Session, "kube" | "raw" | "settings" | "stack">): Promise<void> {
  const { namespace, parts } = settings;
  const [jobs, releases] = await Promise.all([
    migrationJobs(kube, namespace),
    releasesOf(kube, namespace, stack),
  ]);
  const good = lastGood(releases);
  const untried = Object.entries(parts).flatMap(([name, { image, migrate }]) => {
    if (migrate === undefined) return [];
    const here = jobs.filter((job) => runs(job, name, migrate.command, image?.text));
    if (here.some(({ state }) => state === "done")) return [];
    const failed = here.find(({ state }) => state === "failed");
    if (failed !== undefined) return [`parts.${name}.migrate: it failed here (Job ${failed.job})`];
    if (good === undefined || sayingOf(raw, name) === sayingOf(good.config, name)) return [];
    return [`parts.${name}.migrate: release ${good.number}, which runs, does not have it with this image`];
  });
  if (untried.length === 0) return;
  throw new Failure(`the restored database would at once get a migration that has not been through here`, {
    details: [`Pulumi.${stack}.yaml asks for it:`, ...untried],
    next:
      good === undefined
        ? "take it out of the stack file, then restore; --into NAME restores beside, and runs none"
        : `take the stack file of what runs, git checkout ${good.commit} -- Pulumi.${stack}.yaml, then restore; --into NAME restores beside, and runs none`,
  });
}

/** What a stack file says that decides about a part's migration. */
function sayingOf(raw: Raw, name: string): string {
  const { build, image, migrate } = ((raw.parts as Record<string, Raw> | undefined)?.[name] ?? {}) as Record<
    string,
    unknown
  >;
  return canonical([build ?? null, image ?? null, migrate ?? null]);
}
