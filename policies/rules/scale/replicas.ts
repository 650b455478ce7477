import { text } from "../../cel/text";
import { pages } from "../../frameworks";
import { autoscaler, deployment } from "../../kinds";
import { objectRule } from "../../rule";

const tier = { tier: ({ tier: name }: { tier: string }) => text(name) };

export const twoReplicas = objectRule({
  name: "services-have-two-replicas",
  title: "In production nothing depends on a single pod.",
  severity: "high",
  on: [deployment],
  variables: tier,
  validations: [
    {
      // Without replicas an autoscaler owns the number; that there is one is the rule replicas-have-one-owner.
      when: "variables.tier == 'production' && has(object.spec.replicas)",
      holds: "object.spec.replicas >= 2 || object.spec.replicas == 0",
      property: "spec.replicas",
      wanted: "2 or more (or 0, switched off)",
      message: "one pod's end is an outage",
    },
  ],
  fix: "Run two replicas or more.",
  url: pages.disruptions,
});

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
