/** Copies of data that are taken elsewhere, and backups that are kept in tiers: each run good, and none missed. */
import { formatDuration, type UPKEEP } from "../../../config";
import { jobSucceeded, latestFailed } from "../queries";
import { alerting, seconds, type AlertRule, type RulesArgs, type Said } from "./rule";

/** What is the matter when it does not work. */
const SAYS: Readonly<Record<(typeof UPKEEP)[number], string>> = {
  "postgres-offsite": "What is in the database's own bucket is nowhere else since.",
  "postgres-tiers": "Weekly and monthly backups are not marked, and go with the days.",
  "redis-copy": "A lost disk would cost all that Redis has taken in since.",
};

export function copyRules(args: RulesArgs): AlertRule[] {
  const { namespace } = args.watched;
  return Object.entries(args.copies).flatMap(([job, { every }]) => {
    const make = (said: Omit<Said, "part">) => alerting(args, { part: job, ...said });
    const consequence = SAYS[job as keyof typeof SAYS];
    const late = Math.round(seconds(2 * every)) + 3600;
    return [
      make({
        alert: "CopyFailed",
        description: `Its last run failed, with all its tries. ${consequence}`,
        expr: latestFailed(namespace, `${job}-[a-z0-9]+`),
        severity: "high",
        summary: `Looking after copies failed: ${job}`,
      }),
      make({
        alert: "CopyLate",
        description: `No run was good for ${formatDuration(late * 1000)}. ${consequence}`,
        expr: `time() - ${jobSucceeded(namespace, job)} > ${late}`,
        severity: "high",
        summary: `Nobody looks after copies: ${job}`,
        wait: "5m",
      }),
    ];
  });
}
