/** Replicas, autoscalers and disruption budgets agree with each other. */
import { pages } from "../frameworks";
import { autoscaler, deployment, podDisruptionBudget, scaledObject, statefulSet } from "../kinds";
import { stackRule } from "../rule";
import type { Resource, Stack } from "../resource";
import { namespaceOf, nameOf, selects, workloads, type Selector } from "./workloads";

export interface Scaler {
  resource: Resource;
  target: string;
  least: number;
  metrics: string[];
}

interface ScalerSpec {
  scaleTargetRef: { kind?: string; name: string };
  minReplicas?: number;
  minReplicaCount?: number;
  metrics?: { type: string; resource?: { name: string; target?: { type?: string } } }[];
}

const key = (kind: string, namespace: string, name: string) => `${kind}/${namespace}/${name}`;
const keyOf = (resource: Resource) => key(String(resource.raw.kind), namespaceOf(resource), nameOf(resource));

export function scalersOf(stack: Stack): Scaler[] {
  return stack.of(autoscaler, scaledObject).flatMap((resource) => {
    const known = stack.known(resource, () => {
      const { spec } = resource.props as { spec: ScalerSpec };
      const { kind = "Deployment", name } = spec.scaleTargetRef;
      const relative = (spec.metrics ?? []).filter(
        (metric) => metric.type === "Resource" && metric.resource?.target?.type === "Utilization",
      );
      return {
        resource,
        target: key(kind, namespaceOf(resource), name),
        least: spec.minReplicas ?? spec.minReplicaCount ?? 1,
        metrics: relative.map((metric) => metric.resource?.name ?? ""),
      };
    });
    return known === undefined ? [] : [known];
  });
}

/** How many replicas there are at least: what the autoscaler keeps, or what is declared. */
export function leastOf(resource: Resource, scalers: readonly Scaler[]): number {
  const { spec } = resource.props as { spec: { replicas?: number } };
  return scalers.find(({ target }) => target === keyOf(resource))?.least ?? spec.replicas ?? 1;
}

export const oneOwner = stackRule({
  name: "replicas-have-one-owner",
  title: "Where an autoscaler sets the replicas, nobody else does.",
  severity: "medium",
  check: (stack, report) => {
    const scalers = scalersOf(stack);
    stack.each(stack.of(deployment, statefulSet), (resource) => {
      const { spec } = resource.props as { spec: { replicas?: number } };
      const scaler = scalers.find(({ target }) => target === keyOf(resource));
      if (scaler === undefined || spec.replicas === undefined) return;
      report(resource, {
        property: "spec.replicas",
        wanted: `nothing: ${scaler.resource.label} sets it`,
        message: "each deploy undoes what the autoscaler has done",
      });
    });
  },
  fix: "Leave spec.replicas out where there is an autoscaler.",
  url: pages.autoscaling,
});

export const scalersFit = stackRule({
  name: "autoscalers-fit-their-targets",
  title: "An autoscaler's target is there, and has the requests that its metrics are relative to.",
  severity: "medium",
  check: (stack, report) => {
    const targets = stack.of(deployment, statefulSet);
    const known = new Map(
      targets.flatMap(
        (resource) => stack.known(resource, () => [[keyOf(resource), resource] as const]) ?? [],
      ),
    );
    for (const { resource, target, metrics } of scalersOf(stack)) {
      const found = known.get(target);
      if (found === undefined) {
        report(resource, {
          property: "spec.scaleTargetRef.name",
          wanted: "a Deployment or StatefulSet of this stack",
          message: "the autoscaler has nothing to scale",
        });
        continue;
      }
      stack.known(found, () => {
        const { spec } = found.props as {
          spec: {
            template: {
              spec: { containers: { name: string; resources?: { requests?: Record<string, unknown> } }[] };
            };
          };
        };
        for (const container of spec.template.spec.containers) {
          const missing = metrics.filter((metric) => container.resources?.requests?.[metric] === undefined);
          if (missing.length === 0) continue;
          report(resource, {
            property: "spec.metrics",
            wanted: `resources.requests.${missing.join(" and ")} of container ${container.name} of ${found.label}`,
            message: "the autoscaler's share is of a request that nobody made: it never scales",
          });
        }
      });
    }
  },
  fix: "Point scaleTargetRef to the Deployment, and set its containers' requests.",
  url: pages.autoscaling,
});

interface Budget {
  resource: Resource;
  namespace: string;
  selector: Selector;
  least: number | string | undefined;
}

function budgetsOf(stack: Stack): Budget[] {
  return stack.of(podDisruptionBudget).flatMap((resource) => {
    const known = stack.known(resource, () => {
      const { spec } = resource.props as { spec: { selector?: Selector; minAvailable?: number | string } };
      return {
        resource,
        namespace: namespaceOf(resource),
        selector: { ...spec.selector },
        least: spec.minAvailable,
      };
    });
    return known === undefined ? [] : [known];
  });
}

export const budgets = stackRule({
  name: "disruption-budgets-fit-replicas",
  title: "What runs twice or more has a disruption budget, and no budget wants more pods than there are.",
  severity: "medium",
  check: (stack, report) => {
    const scalers = scalersOf(stack);
    const all = budgetsOf(stack);
    for (const { resource, namespace, labels } of workloads(stack, [deployment, statefulSet])) {
      stack.known(resource, () => {
        const replicas = leastOf(resource, scalers);
        const mine = all.filter(
          (budget) => budget.namespace === namespace && selects(budget.selector, labels),
        );
        if (replicas >= 2 && mine.length === 0) {
          report(resource, {
            property: "metadata.name",
            wanted: "a PodDisruptionBudget that selects these pods",
            message: "a drain may take all replicas at once: they have no disruption budget",
          });
        }
        for (const budget of mine) {
          if (typeof budget.least !== "number" || budget.least < replicas || replicas === 0) continue;
          report(budget.resource, {
            property: "spec.minAvailable",
            wanted: `less than the ${replicas} replicas of ${resource.label}`,
            message: "the budget lets no pod go: no node with one of them can be drained",
          });
        }
      });
    }
  },
  fix: "Add a PodDisruptionBudget with maxUnavailable: 1 for the pods' labels.",
  url: pages.disruptions,
});
