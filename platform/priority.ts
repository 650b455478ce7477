/**
 * Who goes when a node runs short: not what all products hang on. Without its operator a database is not looked after,
 * and a product's pods of high priority made room for themselves in its place.
 */
import type * as pulumi from "@pulumi/pulumi";
import { KubernetesResource } from "./manifests";
import type { KubernetesObject } from "./sources";

/** Above every product's, and above those who watch. Kubernetes' own classes are not for everybody's namespaces everywhere. */
export const priority = { name: "slipway-platform", value: 300_000 };

export const createPriority = (provider: pulumi.ProviderResource): pulumi.Resource =>
  new KubernetesResource(
    "priority",
    {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: priority.name },
      value: priority.value,
      description: "The platform's own pods: every product hangs on them",
    },
    { provider },
  );

interface Templated {
  spec: { template: { spec: { priorityClassName?: string } } };
}

/** Others' Deployments with it. */
export function withPriority(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Deployment") return object;
  const changed = structuredClone(object) as KubernetesObject & Templated;
  changed.spec.template.spec.priorityClassName = priority.name;
  return changed;
}
