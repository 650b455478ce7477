import { is } from "../../cel/text";
import { pages } from "../../frameworks";
import { cronJob, job } from "../../kinds";
import { objectRule } from "../../rule";
import { declared } from "../pods/context";

const spec = "variables.jobSpec";

export const jobsEnd = objectRule({
  name: "jobs-end",
  title: "A job has a deadline, and does not run twice at once.",
  severity: "low",
  on: [job, cronJob],
  variables: { jobSpec: "object.kind == 'CronJob' ? object.spec.jobTemplate.spec : object.spec" },
  validations: [
    {
      when: declared,
      holds: `has(${spec}.activeDeadlineSeconds) && ${spec}.activeDeadlineSeconds > 0`,
      property: "spec.activeDeadlineSeconds",
      wanted: "seconds (in a CronJob: of its jobTemplate)",
      message: "a job that hangs runs for ever",
    },
    {
      when: "object.kind == 'CronJob'",
      holds: `${is("object.spec.concurrencyPolicy", "'Forbid'")} || ${is("object.spec.concurrencyPolicy", "'Replace'")}`,
      property: "spec.concurrencyPolicy",
      wanted: "Forbid or Replace",
      message: "a slow run is overtaken by the next",
    },
  ],
  fix: "Set activeDeadlineSeconds of the job, and concurrencyPolicy: Forbid.",
  url: pages.jobs,
});
