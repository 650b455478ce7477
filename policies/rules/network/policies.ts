import { cis, nsa, pages } from "../../frameworks";
import { networkPolicy } from "../../kinds";
import { objectRule } from "../../rule";

const named = (rules: string, peers: "from" | "to") =>
  `!has(${rules}) || ${rules}.all(rule, (has(rule.${peers}) && size(rule.${peers}) > 0) || (has(rule.ports) && size(rule.ports) > 0))`;

export const closedPolicies = objectRule({
  name: "network-policies-open-no-everything",
  title: "No NetworkPolicy opens everything to everyone: each rule names peers or ports.",
  severity: "high",
  frameworks: [cis("5.3.2"), nsa("Network policies")],
  on: [networkPolicy],
  validations: [
    {
      holds: named("object.spec.ingress", "from"),
      property: "spec.ingress",
      wanted: "rules with from, or at least with ports",
      message: "an empty rule lets everyone in, on every port",
    },
    {
      holds: named("object.spec.egress", "to"),
      property: "spec.egress",
      wanted: "rules with to, or at least with ports",
      message: "an empty rule lets everything out",
    },
  ],
  fix: "Say who may connect to what: `from` or `to`, and `ports`.",
  url: pages.networkPolicies,
});
