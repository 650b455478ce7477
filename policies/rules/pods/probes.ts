import { pages } from "../../frameworks";
import { daemonSet, deployment, statefulSet } from "../../kinds";
import { objectRule } from "../../rule";

export const probes = objectRule({
  name: "pods-are-probed",
  title: "Every container that serves says when it is ready and whether it is alive.",
  severity: "medium",
  on: [deployment, statefulSet, daemonSet],
  validations: [
    {
      each: "longRunning",
      holds: "has(c.livenessProbe)",
      property: "livenessProbe",
      wanted: "a probe",
      message: "hangs unnoticed: it has no liveness probe",
    },
    {
      each: "longRunning",
      when: "has(c.ports) && size(c.ports) > 0",
      holds: "has(c.readinessProbe)",
      property: "readinessProbe",
      wanted: "a probe",
      message: "gets traffic before it is ready: it has ports and no readiness probe",
    },
  ],
  fix: "Give the container a livenessProbe, and a readinessProbe where it has ports.",
  url: pages.probes,
});
