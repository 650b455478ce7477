/** What belongs to no part: volumes, certificates, scheduled jobs, and the sign that alerting itself works. */
import { jobSucceeded, latestFailed } from "../queries";
import { alerting, compared, DAY, seconds, type AlertRule, type RulesArgs, type Said } from "./rule";

/** The alert that always fires: whoever waits for it rings when it stops. */
export const ALIVE = "AlertingWorks";

export function stackRules(args: RulesArgs): AlertRule[] {
  const make = (said: Omit<Said, "part">) => alerting(args, { part: "cluster", ...said });
  const is = (name: "disk" | "certificate-expiry", comparison: ">" | "<", threshold: number) =>
    compared(args, name, undefined, comparison, threshold).join("");
  return [
    make({
      alert: "VolumeFull",
      description: "A volume is more than 95 % full: what writes to it fails any moment.",
      expr: is("disk", ">", 0.95),
      severity: "critical",
      summary: "A volume of the cluster is full",
      wait: "2m",
    }),
    make({
      alert: "VolumeFillsUp",
      description: "A volume is more than 85 % full.",
      expr: is("disk", ">", 0.85),
      severity: "high",
      summary: "A volume of the cluster fills up",
      wait: "15m",
    }),
    make({
      alert: "CertificateEnds",
      description: "A certificate ends within 3 days, or has ended: visitors are turned away.",
      expr: is("certificate-expiry", "<", seconds(3 * DAY)),
      severity: "critical",
      summary: "A certificate of the cluster ends",
      wait: "5m",
    }),
    make({
      alert: "CertificateEndsSoon",
      description: "A certificate ends within 14 days and was not renewed.",
      expr: is("certificate-expiry", "<", seconds(14 * DAY)),
      severity: "high",
      summary: "A certificate of the cluster ends soon",
      wait: "1h",
    }),
    ...(args.deadman
      ? [
          make({
            alert: ALIVE,
            description:
              "This one always fires. Whoever hears it no more knows that no other would be heard.",
            expr: "vector(1)",
            // No severity that any channel hears.
            labels: { severity: "none" },
            severity: "low",
            summary: "Alerting works in the cluster",
          }),
        ]
      : []),
  ];
}

export function jobRules(args: RulesArgs): AlertRule[] {
  const { namespace } = args.watched;
  return Object.entries(args.jobs).flatMap(([job, { every }]) => {
    const make = (said: Omit<Said, "part">) => alerting(args, { part: job, ...said });
    return [
      make({
        alert: "JobFailed",
        description: "Its last run failed, with all its tries.",
        expr: latestFailed(namespace, `${job}-[a-z0-9]+`),
        severity: "high",
        summary: `The job ${job} failed`,
      }),
      ...(every === undefined
        ? []
        : [
            make({
              alert: "JobLate",
              description: "It has missed two runs.",
              expr: `time() - ${jobSucceeded(namespace, job)} > ${Math.round(seconds(2 * every)) + 600}`,
              severity: "medium",
              summary: `The job ${job} has not run`,
              wait: "5m",
            }),
          ]),
    ];
  });
}
