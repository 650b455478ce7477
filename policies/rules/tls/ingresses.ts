import { given } from "../../cel/text";
import { nsa, pages } from "../../frameworks";
import { ingress } from "../../kinds";
import { objectRule } from "../../rule";

export const ingressTls = objectRule({
  name: "ingresses-use-tls",
  title: "Every host of an Ingress has a certificate.",
  severity: "critical",
  frameworks: [nsa("Network separation and hardening: TLS")],
  on: [ingress],
  validations: [
    {
      holds: `${given("object.spec.tls")} && size(object.spec.tls) > 0 && object.spec.tls.all(t, has(t.secretName))`,
      property: "spec.tls",
      wanted: "hosts with a secretName",
      message: "the Ingress answers without TLS",
    },
    {
      when: given("object.spec.tls"),
      holds:
        "!has(object.spec.rules) || object.spec.rules.all(r, !has(r.host) || object.spec.tls.exists(t, has(t.hosts) && r.host in t.hosts))",
      property: "spec.rules",
      wanted: "hosts that spec.tls names",
      message: "a host of the Ingress has no certificate",
    },
  ],
  fix: "List every host in spec.tls with the Secret of its certificate.",
  url: pages.ingressTls,
});
