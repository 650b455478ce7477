import { given } from "../../cel/text";
import { pages } from "../../frameworks";
import { deployment, statefulSet } from "../../kinds";
import { objectRule } from "../../rule";

export const spread = objectRule({
  name: "replicas-are-spread",
  title: "Replicas prefer different nodes.",
  severity: "low",
  on: [deployment, statefulSet],
  validations: [
    {
      when: "!has(object.spec.replicas) || object.spec.replicas > 1",
      holds: `(${given("variables.pod.topologySpreadConstraints")} && size(variables.pod.topologySpreadConstraints) > 0) || ${given("variables.pod.affinity.podAntiAffinity")}`,
      property: "pod:topologySpreadConstraints",
      wanted: "a spread over kubernetes.io/hostname",
      message: "all replicas may land on one node, and end with it",
    },
  ],
  fix: "Add topologySpreadConstraints over topology.kubernetes.io/zone and kubernetes.io/hostname.",
  url: pages.spread,
});
