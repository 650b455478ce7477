import { nsa, pages } from "../../frameworks";
import { secret } from "../../kinds";
import { resourceRule } from "../../rule";

export const markedSecrets = resourceRule({
  name: "secret-values-stay-in-secrets",
  title: "What Pulumi knows to be secret goes into no Kubernetes object but a Secret.",
  severity: "critical",
  frameworks: [nsa("Protecting sensitive information")],
  applies: (resource) => resource.isObject && !resource.is(secret),
  check: (resource, report) => {
    for (const property of resource.secrets ?? []) {
      report(resource, {
        property,
        found: "a secret (not shown)",
        wanted: "a reference to a Secret",
        message: "a secret value is stored here in clear",
      });
    }
  },
  fix: "Put the value in a Secret and refer to it. If it is none, say so with pulumi.unsecret().",
  url: pages.pulumiSecrets,
});
