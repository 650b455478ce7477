import { cis, pages, pss } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";

export const hostPorts = objectRule({
  name: "pods-open-no-host-ports",
  title: "No container takes a port of its node.",
  severity: "high",
  frameworks: [pss("baseline", "Host Ports"), cis("5.2.13")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: "!has(c.ports) || c.ports.all(p, !has(p.hostPort) || p.hostPort == 0)",
      property: "ports",
      wanted: "ports without hostPort",
      message: "opens a port on its node, past every Service and gateway",
    },
  ],
  fix: "Delete hostPort and reach the pods through a Service.",
  url: pages.podSecurity,
});
