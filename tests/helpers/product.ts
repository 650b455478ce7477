/** A small product for tests of single components: a space on a cluster, and what a part cannot do without. */
import * as k8s from "@pulumi/kubernetes";
import { type Graph, type Mocks, programOf, type Registered } from "../../components/testing";
import { Space, type SpaceArgs } from "../../components/space";
import type { Bytes, Cpu, Duration } from "../../config";
import { parseBytes, parseCpu, parseDuration } from "../../config/units";

export const IMAGE = `ghcr.io/acme/api@sha256:${"a".repeat(64)}`;

/** Runs what is built in a space called `eu` of the product `shop`. */
export async function inSpace(
  build: (space: Space) => unknown,
  args: Partial<SpaceArgs> = {},
  mocks: Mocks = {},
): Promise<Graph> {
  return programOf(() => {
    const provider = new k8s.Provider("eu", { kubeconfig: "{}" });
    build(new Space("eu", { product: "shop", ...args }, { provider }));
  }, mocks);
}

export function size(text: string): Bytes {
  return known(parseBytes(text), text);
}
export function cores(text: string): Cpu {
  return known(parseCpu(text), text);
}
export function time(text: string): Duration {
  return known(parseDuration(text), text);
}

/** The first container of a Deployment, StatefulSet or Job. */
export function containerOf(workload: Registered) {
  const [container] = podOf(workload).containers as Container[];
  if (container === undefined) throw new Error(`${workload.name} has no container`);
  return container;
}

/** The pod of a Deployment, StatefulSet or Job. */
export function podOf(workload: Registered): Record<string, unknown> {
  return (workload.inputs.spec as { template: { spec: Record<string, unknown> } }).template.spec;
}

/** The name an object has in the end, be it ours or its provider's. */
export function nameOf(object: Registered): string {
  return (object.state.metadata as { name: string }).name;
}

/** As much of a container as tests look into. */
export interface Container extends Record<string, unknown> {
  readonly name: string;
  readonly env: readonly {
    name: string;
    value?: string;
    valueFrom?: { secretKeyRef: { name: string; key: string } };
  }[];
}

function known<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new Error(`${text} is no quantity`);
  return value;
}
