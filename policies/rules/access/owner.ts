import { text } from "../../cel/text";
import { pages } from "../../frameworks";
import { namespace } from "../../kinds";
import { objectRule } from "../../rule";

const owner = "slipway.dev/owner";

export const namespacesOwned = objectRule({
  name: "namespaces-name-their-owner",
  title: "In production each namespace says who answers for it.",
  severity: "low",
  on: [namespace],
  variables: { tier: ({ tier }) => text(tier) },
  validations: [
    {
      when: "variables.tier == 'production'",
      holds: `has(object.metadata.annotations) && '${owner}' in object.metadata.annotations && object.metadata.annotations['${owner}'] != ''`,
      property: `metadata.annotations["${owner}"]`,
      wanted: "a team, or an address",
      message: "nobody knows whom to call about the namespace",
    },
  ],
  fix: `Say owner in the stack file; it becomes the namespace's annotation ${owner}.`,
  url: pages.labels,
});
