/**
 * What keeps standing when a pod or a node ends. How many replicas there are is for an autoscaler to say where there is
 * one: so these are rules over the stack. The API server writes 1 where a Deployment says nothing, and cannot tell.
 */
import { pages } from "../frameworks";
import { deployment, service, statefulSet } from "../kinds";
import { podPath } from "../lists";
import type { Resource, Stack } from "../resource";
import { stackRule } from "../rule";
import { at } from "../unknown";
import { leastOf, scalersOf } from "./replicas";
import { labelsPath, namespaceOf, selects } from "./workloads";

export const twoReplicas = stackRule({
  name: "services-have-two-replicas",
  title: "In production nothing depends on a single pod.",
  severity: "high",
  check: (stack, report, { tier }) => {
    if (tier !== "production") return;
    const scalers = scalersOf(stack);
    stack.each(stack.of(deployment), (resource) => {
      if (leastOf(resource, scalers) !== 1 || standsAlone(resource, stack)) return;
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

/** Never two at once, as it says itself, and nobody's requests wait for it: an agent that sends the pods' logs on. */
function standsAlone(resource: Resource, stack: Stack): boolean {
  const { spec } = resource.props as { spec: { strategy?: { type?: string } } };
  if (spec.strategy?.type !== "Recreate") return false;
  const labels = at(resource.props, labelsPath(resource));
  return !stack.of(service).some((one) => {
    const { selector } = one.props.spec as { selector?: Record<string, string> };
    return (
      namespaceOf(one) === namespaceOf(resource) &&
      selector !== undefined &&
      selects({ matchLabels: selector }, labels as Record<string, string>)
    );
  });
}

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
