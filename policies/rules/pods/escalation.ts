import { is } from "../../cel/text";
import { cis, nsa, pages, pss } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";

export const noEscalation = objectRule({
  name: "pods-gain-no-privileges",
  title: "No process may gain more privileges than its parent.",
  severity: "high",
  frameworks: [pss("restricted", "Privilege Escalation"), cis("5.2.6"), nsa("Pod security enforcement")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: is("c.securityContext.allowPrivilegeEscalation", "false"),
      property: "securityContext.allowPrivilegeEscalation",
      wanted: "false",
      message: "can gain privileges through setuid programs",
    },
  ],
  fix: "Set securityContext.allowPrivilegeEscalation to false for the container.",
  url: pages.podSecurity,
});
