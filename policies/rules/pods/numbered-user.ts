import { given } from "../../cel/text";
import { nsa, pages, pss } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";
import { effective } from "./context";

const above0 = (it: string) => `${it} > 0`;

export const numberedUser = objectRule({
  name: "pods-name-user-and-group",
  title: "Every container's user and group are numbers above 0: an image's own default is not trusted.",
  severity: "medium",
  frameworks: [pss("restricted", "Running as Non-root user"), nsa("Non-root containers")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: effective("runAsUser", above0),
      property: "securityContext.runAsUser",
      wanted: "a number above 0, here or for the whole pod",
      message: "runs as whatever user its image says, or as user 0",
    },
    {
      each: "containers",
      holds: effective("runAsGroup", above0),
      property: "securityContext.runAsGroup",
      wanted: "a number above 0, here or for the whole pod",
      message: "runs in whatever group its image says, or in group 0",
    },
    {
      holds: `!${given("variables.pod.securityContext.fsGroup")} || variables.pod.securityContext.fsGroup > 0`,
      property: "pod:securityContext.fsGroup",
      wanted: "a number above 0",
      message: "volumes belong to root's group",
    },
    {
      holds: `!${given("variables.pod.securityContext.supplementalGroups")} || variables.pod.securityContext.supplementalGroups.all(g, g > 0)`,
      property: "pod:securityContext.supplementalGroups",
      wanted: "numbers above 0",
      message: "processes are in root's group besides",
    },
  ],
  fix: "Set securityContext.runAsUser and runAsGroup of the pod to the numbers the image was built for.",
  url: pages.securityContext,
});
