/** Which migrations a deployment ran: they are never taken back, and so never kept quiet about. */
import type { Kube, KubeObject } from "./kube";
import type { MigrationRun } from "./records";

interface Job extends KubeObject {
  spec: { template: { spec: { containers: { image: string; command?: string[] }[] } } };
  status?: { succeeded?: number; conditions?: { type: string; status: string }[] };
}

const SELECTOR = "app.kubernetes.io/component=migration";
const NAME = "app.kubernetes.io/name";

/** A migration with what its Job runs: another image or command makes another Job. */
export interface MigrationJob extends MigrationRun {
  command: readonly string[] | undefined;
}

/** The migrations there are, by the name of their Job: each image and command has its own. */
export async function migrationJobs(kube: Kube, namespace: string): Promise<MigrationJob[]> {
  const jobs = await kube.list<Job>("job", namespace, SELECTOR);
  return jobs
    .map(({ metadata, spec, status }) => ({
      command: spec.template.spec.containers[0]?.command,
      part: (metadata.labels?.[NAME] ?? metadata.name).replace(/-migration$/, ""),
      job: metadata.name,
      image: spec.template.spec.containers[0]?.image ?? "",
      state: stateOf(status),
    }))
    .sort((a, b) => (a.job < b.job ? -1 : 1));
}

/** Whether a Job is of a part's migration, by this command and, where it is known before it is built, this image. */
export const runs = (
  job: MigrationJob,
  part: string,
  command: readonly string[],
  image: string | undefined,
) =>
  job.part === part &&
  (image === undefined || job.image === image) &&
  JSON.stringify(job.command) === JSON.stringify(command);

/** The same as a release remembers them. */
export async function migrationsOf(kube: Kube, namespace: string): Promise<MigrationRun[]> {
  const jobs = await migrationJobs(kube, namespace);
  return jobs.map(({ part, job, image, state }) => ({ part, job, image, state }));
}

function stateOf(status: Job["status"]): MigrationRun["state"] {
  const is = (type: string) =>
    status?.conditions?.some((one) => one.type === type && one.status === "True") === true;
  if (is("Complete")) return "done";
  return is("Failed") ? "failed" : "running";
}

/** Those that were not there before. */
export const newOnes = (before: readonly MigrationRun[], after: readonly MigrationRun[]) =>
  after.filter(({ job }) => !before.some((one) => one.job === job));

/** What a person must know of them when the parts have gone back. */
export function migrationText(ran: readonly MigrationRun[]): string[] {
  if (ran.length === 0) return ["No migration ran: the database is as the release before left it."];
  return [
    ...ran.map(({ part, job, image, state }) => {
      const what = `${part} (${image}, Job ${job})`;
      if (state === "done")
        return `The migration of ${what} is done and was NOT taken back: the release before now runs on the new schema.`;
      if (state === "failed")
        return `The migration of ${what} failed: what it had done before, outside a transaction, is still done.`;
      return `The migration of ${what} had not ended: its Job was taken away, and what it had done by then is still done.`;
    }),
    "Check that the release before can work with the database as it is. If it cannot: deploy a mended version with a migration forward, or restore the database to the moment before (point in time).",
  ];
}
