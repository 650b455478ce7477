import { given, is } from "../../cel/text";
import { nsa, pages } from "../../frameworks";
import { gateway } from "../../kinds";
import { objectRule } from "../../rule";

const encrypted = "c.protocol in ['HTTPS', 'TLS']";

export const gatewayTls = objectRule({
  name: "gateways-use-tls",
  title: "A gateway's listeners use TLS with a certificate; plain HTTP is only there to redirect.",
  severity: "critical",
  frameworks: [nsa("Network separation and hardening: TLS")],
  on: [gateway],
  validations: [
    {
      each: "listeners",
      // Where plain HTTP leads is the routes' business: the rule plain-http-only-redirects looks at them.
      holds: `${encrypted} || (c.protocol == 'HTTP' && variables.listeners.exists(other, other.protocol == 'HTTPS'))`,
      property: "protocol",
      wanted: "HTTPS, or HTTP for redirects beside an HTTPS listener",
      message: "is open without TLS",
    },
    {
      each: "listeners",
      when: `${encrypted} && !${is("c.tls.mode", "'Passthrough'")}`,
      holds: `${given("c.tls.certificateRefs")} && size(c.tls.certificateRefs) > 0`,
      property: "tls.certificateRefs",
      wanted: "a Secret with a certificate",
      message: "has no certificate",
    },
  ],
  fix: "Give the gateway an HTTPS listener with tls.certificateRefs, and let port 80 only redirect to it.",
  url: pages.gatewayTls,
});
