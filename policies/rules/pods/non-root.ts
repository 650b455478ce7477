import { cis, nsa, pages, pss } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";
import { effective } from "./context";

export const nonRoot = objectRule({
  name: "pods-run-as-non-root",
  title: "No container may run as root.",
  severity: "high",
  frameworks: [pss("restricted", "Running as Non-root"), cis("5.2.7"), nsa("Non-root containers")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: effective("runAsNonRoot", (it) => it),
      property: "securityContext.runAsNonRoot",
      wanted: "true, here or for the whole pod",
      message: "may run as root",
    },
  ],
  fix: "Set securityContext.runAsNonRoot to true for the pod, and nowhere to false.",
  url: pages.podSecurity,
});
