import { text } from "../../cel/text";
import { pages } from "../../frameworks";
import { autoscaler } from "../../kinds";
import { objectRule } from "../../rule";

const tier = { tier: ({ tier: name }: { tier: string }) => text(name) };

export const autoscalerRange = objectRule({
  name: "autoscalers-have-room",
  title: "An autoscaler can scale up, and in production keeps two replicas at least.",
  severity: "medium",
  on: [autoscaler],
  variables: tier,
  validations: [
    {
      holds: "object.spec.maxReplicas > (has(object.spec.minReplicas) ? object.spec.minReplicas : 1)",
      property: "spec.maxReplicas",
      wanted: "more than minReplicas",
      message: "the autoscaler has nowhere to go",
    },
    {
      when: "variables.tier == 'production'",
      holds: "has(object.spec.minReplicas) && object.spec.minReplicas >= 2",
      property: "spec.minReplicas",
      wanted: "2 or more",
      message: "in quiet hours one pod's end is an outage",
    },
  ],
  fix: "Set minReplicas to 2 or more and maxReplicas to more than that.",
  url: pages.autoscaling,
});
