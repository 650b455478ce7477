import { cis, nsa, pages, pss } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";

export const hostPaths = objectRule({
  name: "pods-mount-no-host-paths",
  title: "No pod mounts a folder of its node.",
  severity: "critical",
  frameworks: [pss("baseline", "HostPath Volumes"), cis("5.2.12"), nsa("Pod security enforcement")],
  on: pods,
  validations: [
    {
      each: "volumes",
      holds: "!has(c.hostPath)",
      property: "hostPath",
      wanted: "nothing",
      message: "is a folder of the node",
    },
  ],
  fix: "Use a PersistentVolumeClaim, an emptyDir, a ConfigMap or a Secret.",
  url: pages.podSecurity,
});
