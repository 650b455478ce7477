import { cis, nsa, pages, pss } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";
import { effective } from "./context";

export const seccomp = objectRule({
  name: "pods-filter-system-calls",
  title: "Every container runs with a seccomp profile.",
  severity: "medium",
  frameworks: [pss("restricted", "Seccomp"), cis("5.7.2"), nsa("Pod security enforcement")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: effective("seccompProfile.type", (it) => `${it} in ['RuntimeDefault', 'Localhost']`),
      property: "securityContext.seccompProfile.type",
      wanted: "RuntimeDefault or Localhost, here or for the whole pod",
      message: "may make any system call",
    },
  ],
  fix: "Set securityContext.seccompProfile of the pod to {type: RuntimeDefault}.",
  url: pages.podSecurity,
});
