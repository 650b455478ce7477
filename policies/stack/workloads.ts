/** What runs in a stack: pods, by their labels and namespaces, and who selects them. */
import { pods, type Kind } from "../kinds";
import { podPath } from "../lists";
import type { Resource, Stack } from "../resource";
import { at } from "../unknown";

export interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface Workload {
  readonly resource: Resource;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Everything that holds a pod's spec; what is not known yet is told, and left out. */
export function workloads(stack: Stack, kinds: readonly Kind[] = pods): Workload[] {
  return stack.of(...kinds).flatMap((resource) => {
    const workload = stack.known(resource, () => ({
      resource,
      namespace: namespaceOf(resource),
      labels: { ...(at(resource.props, labelsPath(resource)) as Record<string, string> | undefined) },
    }));
    return workload === undefined ? [] : [workload];
  });
}

export const labelsPath = (resource: Resource) => podPath(resource.raw).replace(/spec$/, "metadata.labels");

export function namespaceOf(resource: Resource): string {
  const { metadata } = resource.props as { metadata?: { namespace?: string } };
  return metadata?.namespace ?? "default";
}

export function nameOf(resource: Resource): string {
  const { metadata } = resource.props as { metadata?: { name?: string } };
  return metadata?.name ?? resource.name;
}

/** An empty selector selects everything. */
export function selects(selector: Selector | undefined, labels: Readonly<Record<string, string>>): boolean {
  const exact = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return exact && (selector?.matchExpressions ?? []).every((expression) => matches(expression, labels));
}

function matches(
  { key, operator, values = [] }: NonNullable<Selector["matchExpressions"]>[number],
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}
