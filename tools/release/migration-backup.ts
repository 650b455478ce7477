/** A migration that asks for a backup gets one before it runs: the newest where it is young enough, else one taken now. */
import { formatDuration, type Settings } from "../../config";
import type { Step } from "../../toolchain/lib/progress";
import { takeBackup } from "../recovery/backup";
import { backupsOf, isDone, KIND, liveName } from "../recovery/database";
import type { Kube } from "./kube";
import { migrationJobs, runs } from "./migrations";

/** Says what came of it, in a few words; what cannot be backed up is not migrated. */
export async function backupBeforeMigrations(
  kube: Kube,
  settings: Settings,
  step: Step,
  { take = takeBackup, now = Date.now() }: { take?: typeof takeBackup; now?: number } = {},
): Promise<string> {
  const { namespace, parts, postgres } = settings;
  if (postgres?.mode !== "operator" || postgres.backup === undefined) return "no backup is declared";
  const asking = Object.entries(parts).filter(([, { migrate }]) => migrate?.backup !== undefined);
  const jobs = asking.length === 0 ? [] : await migrationJobs(kube, namespace);
  const through = (part: string, image: string | undefined, command: readonly string[]) =>
    // What is built anew may be anything: it is never known to be through.
    image !== undefined && jobs.some((one) => one.state === "done" && runs(one, part, command, image));
  const oldest = asking.flatMap(([name, { image, migrate }]) =>
    migrate?.backup === undefined || through(name, image?.text, migrate.command)
      ? []
      : [migrate.backup.value],
  );
  if (oldest.length === 0) return "no migration that asks for one";
  const cluster = liveName(postgres);
  if ((await kube.get(KIND.cluster, cluster, namespace)) === undefined) return "there is no database yet";
  const newest = (await backupsOf(kube, namespace, cluster)).find(isDone);
  const age = now - Date.parse(newest?.status?.stoppedAt ?? "");
  if (age <= Math.min(...oldest)) return `${newest?.metadata.name ?? ""} is young enough`;
  const taken = await take(kube, { cluster, namespace }, step);
  return `${taken.id}, taken in ${formatDuration(Math.ceil(taken.took / 1000) * 1000)}`;
}
