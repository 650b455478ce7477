/** Which part of the product a resource belongs to: the outermost component, below those that hold most of the product. */
import type { StepMetadata } from "./events";
import { isStack, nameOf } from "./urn";

/** The name of each resource's part, by URN; empty for what belongs to none. */
export function partsByUrn(byUrn: ReadonlyMap<string, StepMetadata[]>): (urn: string) => string {
  const parents = new Map<string, string>();
  for (const [urn, steps] of byUrn) {
    const state = steps.at(-1)?.new ?? steps.at(-1)?.old;
    if (state?.parent) parents.set(urn, state.parent);
  }
  const chains = new Map([...byUrn.keys()].map((urn) => [urn, chainOf(urn, parents)]));
  const wraps = wrappers([...chains.values()]);
  return (urn) => {
    const chain = chains.get(urn) ?? [];
    const part = chain.find((component) => !wraps.has(component)) ?? chain.at(-1);
    return part === undefined ? "" : nameOf(part);
  };
}

/** As many parts inside as make a component the product, or one cluster's share of it, and no part itself. */
const PARTS = 3;

/** Components that hold all there is, or most of it and several parts. */
function wrappers(chains: string[][]): Set<string> {
  const held = new Map<string, number>();
  const inside = new Map<string, Set<string>>();
  for (const chain of chains) {
    for (const [level, component] of chain.entries()) {
      held.set(component, (held.get(component) ?? 0) + 1);
      const next = chain[level + 1];
      if (next !== undefined) inside.set(component, (inside.get(component) ?? new Set()).add(next));
    }
  }
  const all = chains.filter((chain) => chain.length > 0).length;
  const isWrapper = ([component, count]: [string, number]) => {
    const parts = inside.get(component)?.size ?? 0;
    return parts > 0 && (count === all || (count > all / 2 && parts >= PARTS));
  };
  return new Set([...held].filter(isWrapper).map(([component]) => component));
}

/** The components around a resource, the outermost first. */
function chainOf(urn: string, parents: ReadonlyMap<string, string>): string[] {
  const chain: string[] = [];
  for (
    let parent = parents.get(urn);
    parent !== undefined && !chain.includes(parent);
    parent = parents.get(parent)
  ) {
    if (isStack(parent.split("::")[2]?.split("$").at(-1) ?? "")) break;
    chain.unshift(parent);
  }
  return chain;
}
