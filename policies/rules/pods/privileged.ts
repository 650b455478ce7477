import { is } from "../../cel/text";
import { cis, nsa, pages, pss } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";

export const notPrivileged = objectRule({
  name: "pods-are-not-privileged",
  title: "No container is privileged: that would be root on the node.",
  severity: "critical",
  frameworks: [pss("baseline", "Privileged Containers"), cis("5.2.2"), nsa("Pod security enforcement")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: `!${is("c.securityContext.privileged", "true")}`,
      property: "securityContext.privileged",
      wanted: "false",
      message: "is privileged",
    },
  ],
  fix: "Delete securityContext.privileged, and give the one capability or device that is needed.",
  url: pages.podSecurity,
});
