/**
 * What keeps standing when a pod or a node ends. How many replicas there are is for an autoscaler to say where there is
 * one: so these are rules over the stack. The API server writes 1 where a Deployment says nothing, and cannot tell.
 */
import { pages } from "../frameworks";
import { deployment, statefulSet } from "../kinds";
import { podPath } from "../lists";
import { stackRule } from "../rule";
import { at } from "../unknown";
import { leastOf, scalersOf } from "./replicas";

export const twoReplicas = stackRule({
  name: "services-have-two-replicas",
  title: "In production nothing depends on a single pod.",
  severity: "high",
  check: (stack, report, { tier }) => {
    if (tier !== "production") return;
    const scalers = scalersOf(stack);
    stack.each(stack.of(deployment), (resource) => {
      if (leastOf(resource, scalers) !== 1) return;
      report(resource, {
        property: "spec.replicas",
        wanted: "2 or more (or 0, switched off), or an autoscaler that keeps them",
        message: "one pod's end is an outage",
      });
    });
  },
  fix: "Run two replicas or more.",
  url: pages.disruptions,
});

export const spread = stackRule({
  name: "replicas-are-spread",
  title: "Replicas prefer different nodes.",
  severity: "low",
  check: (stack, report) => {
    const scalers = scalersOf(stack);
    stack.each(stack.of(deployment, statefulSet), (resource) => {
      if (leastOf(resource, scalers) < 2) return;
      const pod = at(resource.props, podPath(resource.raw)) as {
        topologySpreadConstraints?: unknown[];
        affinity?: { podAntiAffinity?: unknown };
      };
      if ((pod.topologySpreadConstraints ?? []).length > 0 || pod.affinity?.podAntiAffinity !== undefined)
        return;
      report(resource, {
        property: `${podPath(resource.raw)}.topologySpreadConstraints`,
        wanted: "a spread over kubernetes.io/hostname",
        message: "all replicas may land on one node, and end with it",
      });
    });
  },
  fix: "Add topologySpreadConstraints over topology.kubernetes.io/zone and kubernetes.io/hostname.",
  url: pages.spread,
});
