import { pages } from "../../frameworks";
import { services } from "../../kinds";
import { objectRule } from "../../rule";

export const gracefulStop = objectRule({
  name: "pods-stop-gracefully",
  title: "A pod has time to finish what it does before it is killed.",
  severity: "medium",
  on: services,
  validations: [
    {
      holds:
        "!has(variables.pod.terminationGracePeriodSeconds) || variables.pod.terminationGracePeriodSeconds > 0",
      property: "pod:terminationGracePeriodSeconds",
      wanted: "some seconds",
      message: "the pod is killed in the middle of its requests",
    },
  ],
  fix: "Set terminationGracePeriodSeconds to longer than the longest request or job.",
  url: pages.disruptions,
});
