import { pages } from "../../frameworks";
import { daemonSet, deployment, statefulSet } from "../../kinds";
import { objectRule } from "../../rule";

/** What opens no port answers nobody, a probe neither: whether it works is told by what it leaves undone (a queue's depth). */
const serves = "has(c.ports) && size(c.ports) > 0";

export const probes = objectRule({
  name: "pods-are-probed",
  title: "Every container that serves says when it is ready and whether it is alive.",
  severity: "medium",
  on: [deployment, statefulSet, daemonSet],
  validations: [
    {
      each: "longRunning",
      when: serves,
      holds: "has(c.livenessProbe)",
      property: "livenessProbe",
      wanted: "a probe",
      message: "hangs unnoticed: it has ports and no liveness probe",
    },
    {
      each: "longRunning",
      when: serves,
      holds: "has(c.readinessProbe)",
      property: "readinessProbe",
      wanted: "a probe",
      message: "gets traffic before it is ready: it has ports and no readiness probe",
    },
  ],
  fix: "Give each container that has ports a livenessProbe and a readinessProbe.",
  url: pages.probes,
});
