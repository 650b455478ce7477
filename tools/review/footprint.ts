/** What a stack asks of its clusters, before and after: requests of all its workloads, times their replicas. */
import { parseBytes, parseCpu } from "../../config/units";
import { cost, type Prices } from "./prices";
import type { ResourceState, StepMetadata } from "./events";
import type { Amounts, Footprint } from "./model";
import { kindOf, nameOf } from "./urn";
import { isObject, type Properties } from "./values";

const NOTHING: Amounts = { cpu: 0, memory: 0, storage: 0 };

export function footprint(steps: StepMetadata[], prices: Prices | undefined): Footprint | undefined {
  const before = sum(steps.map((step) => step.old ?? undefined));
  const after = sum(steps.map((step) => (step.op === "delete" ? undefined : (step.new ?? undefined))));
  const changed = (["cpu", "memory", "storage"] as const).some(
    (key) => before.total[key] !== after.total[key],
  );
  if (!changed) return undefined;
  return {
    before: before.total,
    after: after.total,
    unsized: after.unsized,
    ...(prices === undefined
      ? {}
      : {
          cost: {
            currency: prices.currency,
            before: cost(before.total, prices),
            after: cost(after.total, prices),
          },
        }),
  };
}

function sum(states: (ResourceState | undefined)[]): { total: Amounts; unsized: string[] } {
  const present = states.filter((state) => state !== undefined);
  const scaled = autoscaled(present);
  const unsized: string[] = [];
  let total = NOTHING;
  for (const state of present) {
    const asked = amountsOf(state, scaled);
    if (asked === undefined) continue;
    if (asked === "unsized") unsized.push(`${kindOf(state.type)} ${nameOf(state.urn)}`);
    else total = plus(total, asked);
  }
  return { total, unsized };
}

const plus = (a: Amounts, b: Amounts): Amounts => ({
  cpu: a.cpu + b.cpu,
  memory: a.memory + b.memory,
  storage: a.storage + b.storage,
});
const times = (a: Amounts, n: number): Amounts => ({
  cpu: a.cpu * n,
  memory: a.memory * n,
  storage: a.storage * n,
});

/** An autoscaler's lower bound stands for the replicas its workload does not name. */
function autoscaled(states: ResourceState[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { type, inputs } of states) {
    const spec = objectAt(inputs, "spec");
    if (!/:(HorizontalPodAutoscaler|ScaledObject)$/.test(type)) continue;
    const target = objectAt(spec, "scaleTargetRef");
    const least = spec.minReplicas ?? spec.minReplicaCount;
    if (typeof target.name === "string" && typeof least === "number") found.set(target.name, least);
  }
  return found;
}

function amountsOf(state: ResourceState, scaled: Map<string, number>): Amounts | "unsized" | undefined {
  const spec = objectAt(state.inputs, "spec");
  const name = objectAt(state.inputs, "metadata").name;
  const kind = state.type.startsWith("kubernetes:") ? kindOf(state.type) : "";
  const replicas = numberOr(spec.replicas, scaled.get(String(name)) ?? 1);
  switch (kind) {
    case "Deployment":
    case "StatefulSet":
      return workload(objectAt(objectAt(spec, "template"), "spec"), replicas, claims(spec));
    case "Pod":
      return workload(spec, 1, 0);
    case "PersistentVolumeClaim":
      return { ...NOTHING, storage: storageOf(spec) };
    case "Cluster":
      return postgres(spec);
    default:
      return undefined;
  }
}

function workload(pod: Properties, replicas: number, storage: number): Amounts | "unsized" {
  const containers = Array.isArray(pod.containers) ? pod.containers.filter(isObject) : [];
  const requests = containers.map((container) => requestsOf(container.resources));
  if (requests.some((request) => request === undefined)) return "unsized";
  const one = requests.reduce<Amounts>((total, request) => plus(total, request ?? NOTHING), NOTHING);
  return times({ ...one, storage }, replicas);
}

/** A CloudNativePG cluster: every instance has its own pod and disk. */
function postgres(spec: Properties): Amounts | "unsized" {
  const disks = [spec.storage, spec.walStorage].map((part) => bytes(isObject(part) ? part.size : undefined));
  const storage = disks.reduce((total, disk) => total + disk, 0);
  const asked = requestsOf(spec.resources);
  if (asked === undefined) return "unsized";
  return times({ ...asked, storage }, numberOr(spec.instances, 1));
}

/** What it asks for; a limit stands for a missing request, as in Kubernetes itself. */
function requestsOf(resources: unknown): Amounts | undefined {
  if (!isObject(resources)) return undefined;
  const asked = { ...objectAt(resources, "limits"), ...objectAt(resources, "requests") };
  if (asked.cpu === undefined && asked.memory === undefined) return undefined;
  return { cpu: cpu(asked.cpu), memory: bytes(asked.memory), storage: 0 };
}

function claims(spec: Properties): number {
  const templates = Array.isArray(spec.volumeClaimTemplates)
    ? spec.volumeClaimTemplates.filter(isObject)
    : [];
  return templates.reduce((total, template) => total + storageOf(objectAt(template, "spec")), 0);
}

const storageOf = (spec: Properties) => bytes(objectAt(objectAt(spec, "resources"), "requests").storage);
const objectAt = (value: Properties, key: string): Properties => (isObject(value[key]) ? value[key] : {});
const numberOr = (value: unknown, other: number) => (typeof value === "number" ? value : other);
const bytes = (value: unknown) => (isText(value) ? (parseBytes(value)?.value ?? 0) : 0);
const cpu = (value: unknown) => (isText(value) ? (parseCpu(value)?.value ?? 0) : 0);
const isText = (value: unknown): value is string | number =>
  typeof value === "string" || typeof value === "number";
