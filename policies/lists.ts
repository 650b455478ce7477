/** The lists inside objects that validations look at one by one: as CEL, and as the paths where their elements lie. */
import type { ListName } from "./rule";
import { at, isObject, isUnknown, join } from "./unknown";

/** The spec of the pod that an object is, or makes. */
export const podSpec =
  "object.kind == 'Pod' ? object.spec : object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template.spec : object.spec.template.spec";

export function podPath(object: unknown): string {
  const kind = isObject(object) ? object.kind : undefined;
  if (kind === "Pod") return "spec";
  return kind === "CronJob" ? "spec.jobTemplate.spec.template.spec" : "spec.template.spec";
}

interface List {
  readonly cel: string;
  /** Paths of arrays, in the CEL's order; `pod:` stands for the pod's spec. */
  readonly from: readonly string[];
  /** Elements that belong, when not all of them do. */
  readonly only?: (path: string, element: unknown) => boolean;
}

const optional = (path: string) => `(has(variables.pod.${path}) ? variables.pod.${path} : [])`;
const sidecar = "c.restartPolicy == 'Always'";

export const lists: Readonly<Record<ListName, List>> = {
  /** Every container of every sort: a sidecar or a debugging container is no less a way in. */
  containers: {
    cel: `variables.pod.containers + ${optional("initContainers")} + ${optional("ephemeralContainers")}`,
    from: ["pod:containers", "pod:initContainers", "pod:ephemeralContainers"],
  },
  /** Those with resources of their own: ephemeral ones must not have any, and use what the pod has left. */
  ownContainers: {
    cel: `variables.pod.containers + ${optional("initContainers")}`,
    from: ["pod:containers", "pod:initContainers"],
  },
  /** Those that run as long as the pod does: its containers and sidecars. */
  longRunning: {
    cel: `variables.pod.containers + ${optional("initContainers")}.filter(c, has(c.restartPolicy) && ${sidecar})`,
    from: ["pod:containers", "pod:initContainers"],
    only: (path, element) =>
      !path.includes(".initContainers[") || (isObject(element) && element.restartPolicy === "Always"),
  },
  volumes: { cel: optional("volumes"), from: ["pod:volumes"] },
  listeners: { cel: "(has(object.spec.listeners) ? object.spec.listeners : [])", from: ["spec.listeners"] },
  rules: { cel: "(has(object.rules) ? object.rules : [])", from: ["rules"] },
  ports: { cel: "(has(object.spec.ports) ? object.spec.ports : [])", from: ["spec.ports"] },
};

export interface Element {
  readonly value: unknown;
  readonly path: string;
}

/** A list's elements, or the path of the array that is not known yet. */
export function elements(object: unknown, name: ListName): Element[] | { unknown: string } {
  const { from, only } = lists[name];
  const found: Element[] = [];
  for (const place of from) {
    const path = place.startsWith("pod:") ? `${podPath(object)}.${place.slice(4)}` : place;
    const blocked = unknownOn(object, path);
    if (blocked !== undefined) return { unknown: blocked };
    const array = at(object, path);
    if (!Array.isArray(array)) continue;
    for (const [index, value] of array.entries()) {
      const where = join(path, index);
      if (isUnknown(value)) return { unknown: where };
      if (only === undefined || only(where, value)) found.push({ value, path: where });
    }
  }
  return found;
}

/** The first property on the way to `path` that is not known. */
function unknownOn(object: unknown, path: string): string | undefined {
  const words = path.split(".");
  for (let length = 1; length <= words.length; length++) {
    const part = words.slice(0, length).join(".");
    if (isUnknown(at(object, part))) return part;
  }
  return undefined;
}
