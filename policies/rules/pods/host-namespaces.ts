import { is } from "../../cel/text";
import { cis, nsa, pages, pss } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule, type Validation } from "../../rule";

const own = (field: string, message: string): Validation => ({
  holds: `!${is(`variables.pod.${field}`, "true")}`,
  property: `pod:${field}`,
  wanted: "false",
  message,
});

export const hostNamespaces = objectRule({
  name: "pods-stay-out-of-host-namespaces",
  title: "No pod shares its node's network, processes or memory.",
  severity: "critical",
  frameworks: [pss("baseline", "Host Namespaces"), cis("5.2.3 to 5.2.5"), nsa("Pod security enforcement")],
  on: pods,
  validations: [
    own("hostNetwork", "the pod is on its node's network, past every NetworkPolicy"),
    own("hostPID", "the pod sees and can signal its node's processes"),
    own("hostIPC", "the pod shares memory with its node's processes"),
  ],
  fix: "Delete hostNetwork, hostPID and hostIPC from the pod's spec.",
  url: pages.podSecurity,
});
