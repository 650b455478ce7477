/** Work on schedule: what every CronJob here has in common. */
import type * as k8s from "@pulumi/kubernetes";

export interface Scheduled {
  /** Five-field cron, UTC. */
  cron: string;
  job: k8s.types.input.batch.v1.JobSpec;
  /** Of the Jobs it makes. @default - none */
  labels?: Readonly<Record<string, string>>;
  /** When the last run is still going. @default "Forbid" */
  overlap?: "Allow" | "Forbid" | "Replace";
  /** Seconds within which a run that could not start in time is late, not lost for good. @default 600 */
  late?: number;
  /** How many runs that went well are kept to be read; of those that failed it is three. @default 3 */
  kept?: number;
}

export function onSchedule(work: Scheduled): k8s.types.input.batch.v1.CronJobSpec {
  const { cron, job, labels, overlap = "Forbid", late = 600, kept = 3 } = work;
  return {
    concurrencyPolicy: overlap,
    failedJobsHistoryLimit: 3,
    jobTemplate: { ...(labels === undefined ? {} : { metadata: { labels } }), spec: job },
    schedule: cron,
    startingDeadlineSeconds: late,
    successfulJobsHistoryLimit: kept,
    timeZone: "Etc/UTC",
  };
}
