import { is } from "../../cel/text";
import { nsa, pages } from "../../frameworks";
import { serversTransport, tlsOption } from "../../kinds";
import { objectRule } from "../../rule";

export const tlsMinimum = objectRule({
  name: "tls-is-at-least-1-2",
  title: "A gateway's TLS options want TLS 1.2 or newer.",
  severity: "high",
  frameworks: [nsa("Network separation and hardening: TLS")],
  on: [tlsOption],
  validations: [
    {
      holds:
        "has(object.spec) && has(object.spec.minVersion) && object.spec.minVersion in ['VersionTLS12', 'VersionTLS13']",
      property: "spec.minVersion",
      wanted: "VersionTLS12 or VersionTLS13",
      message: "the gateway takes versions of TLS that are broken",
    },
  ],
  fix: "Set spec.minVersion to VersionTLS12.",
  url: pages.traefikTls,
});

export const backendsVerified = objectRule({
  name: "backends-are-verified",
  title: "A gateway checks the certificates of what it forwards to.",
  severity: "high",
  frameworks: [nsa("Network separation and hardening: TLS")],
  on: [serversTransport],
  validations: [
    {
      holds: `!${is("object.spec.insecureSkipVerify", "true")}`,
      property: "spec.insecureSkipVerify",
      wanted: "false",
      message: "the gateway trusts any certificate",
    },
  ],
  fix: "Name the CA in spec.rootCAs instead.",
  url: pages.traefikTls,
});
