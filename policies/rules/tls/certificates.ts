import { given, is } from "../../cel/text";
import { pages } from "../../frameworks";
import { certificate, clusterIssuer, issuer } from "../../kinds";
import { objectRule } from "../../rule";

const own = "!has(object.spec.isCA) || object.spec.isCA == false";

export const certificates = objectRule({
  name: "certificates-renew-themselves",
  title:
    "Certificates name their issuer, live no longer than browsers allow, and are renewed well before they end.",
  severity: "medium",
  on: [certificate],
  validations: [
    {
      holds: `${given("object.spec.issuerRef.name")} && object.spec.issuerRef.name != ''`,
      property: "spec.issuerRef.name",
      wanted: "an Issuer or ClusterIssuer",
      message: "nobody issues this certificate",
    },
    {
      when: own,
      holds: "!has(object.spec.duration) || duration(object.spec.duration) <= duration('9552h')",
      property: "spec.duration",
      wanted: "at most 398 days (9552h)",
      message: "the certificate lives longer than browsers accept",
    },
    {
      when: "has(object.spec.renewBefore) && has(object.spec.duration)",
      holds:
        "duration(object.spec.renewBefore) < duration(object.spec.duration) && duration(object.spec.renewBefore) >= duration('24h')",
      property: "spec.renewBefore",
      wanted: "at least 24h, and less than spec.duration",
      message: "there is no time left to mend a failed renewal",
    },
    {
      holds: `!${is("object.spec.privateKey.rotationPolicy", "'Never'")}`,
      property: "spec.privateKey.rotationPolicy",
      wanted: "Always",
      message: "the same private key is kept for ever",
    },
  ],
  fix: "Name an issuer, keep duration at 90 days and renewBefore at 30, and rotate the key.",
  url: pages.certificates,
});

export const issuers = objectRule({
  name: "issuers-are-trustworthy",
  title: "An ACME issuer talks to its server through verified TLS.",
  severity: "high",
  on: [issuer, clusterIssuer],
  validations: [
    {
      when: given("object.spec.acme"),
      holds: `object.spec.acme.server.startsWith('https://') && !${is("object.spec.acme.skipTLSVerify", "true")}`,
      property: "spec.acme.server",
      wanted: "an https:// address, without skipTLSVerify",
      message: "anyone on the way can hand out certificates",
    },
  ],
  fix: "Use the https:// address of the ACME server; give its CA as spec.acme.caBundle where it is a private one.",
  url: pages.certificates,
});
