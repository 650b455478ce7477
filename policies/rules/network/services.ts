import { is } from "../../cel/text";
import { nsa, pages } from "../../frameworks";
import { service } from "../../kinds";
import { objectRule } from "../../rule";

const secure =
  "(p.port in [443, 8443, 6443, 853] || (has(p.name) && p.name.matches('^(https|tls|websecure)')))";

export const exposedServices = objectRule({
  name: "services-expose-only-tls",
  title: "Nothing is reachable from outside but through TLS, and never through ports of the nodes.",
  severity: "critical",
  frameworks: [nsa("Network separation and hardening: TLS")],
  on: [service],
  validations: [
    {
      holds: `!${is("object.spec.type", "'NodePort'")}`,
      property: "spec.type",
      wanted: "ClusterIP behind a gateway",
      message: "the Service opens a port on every node",
    },
    {
      when: is("object.spec.type", "'LoadBalancer'"),
      // Port 80 may stay beside port 443, for redirects: what leads there is the routes' rule.
      holds: `has(object.spec.ports) && object.spec.ports.exists(p, ${secure}) && object.spec.ports.all(p, ${secure} || p.port == 80)`,
      property: "spec.ports",
      wanted: "port 443, and at most port 80 beside it",
      message: "the load balancer takes plain connections",
    },
    {
      holds: "!has(object.spec.externalIPs) || size(object.spec.externalIPs) == 0",
      property: "spec.externalIPs",
      wanted: "nothing",
      message: "the Service takes over addresses that may be someone else's (CVE-2020-8554)",
    },
  ],
  fix: "Make it ClusterIP and let the gateway, which has a certificate, route to it.",
  url: pages.services,
});
