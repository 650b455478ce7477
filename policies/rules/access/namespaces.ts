import { cis, nsa, pages, pss } from "../../frameworks";
import { namespace } from "../../kinds";
import { objectRule } from "../../rule";

const level = "pod-security.kubernetes.io/enforce";

export const namespacesRestricted = objectRule({
  name: "namespaces-enforce-restricted",
  title: "Namespaces enforce the restricted Pod Security Standard.",
  severity: "high",
  frameworks: [pss("restricted", "enforcement"), cis("5.2.1"), nsa("Pod security enforcement")],
  on: [namespace],
  validations: [
    {
      holds: `has(object.metadata.labels) && '${level}' in object.metadata.labels && object.metadata.labels['${level}'] == 'restricted'`,
      property: `metadata.labels["${level}"]`,
      wanted: "restricted",
      message: "the namespace takes pods that could take over their node",
    },
  ],
  fix: `Label the namespace ${level}: restricted.`,
  url: pages.podSecurityAdmission,
});
