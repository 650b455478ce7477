/** Deep merging of what a user asks of a child onto what the component gives it. */
import * as pulumi from "@pulumi/pulumi";

/** Any part of T, at any depth, with inputs where T takes inputs. */
export type DeepPartial<T> =
  T extends pulumi.Output<infer V>
    ? pulumi.Output<V>
    : T extends (infer E)[]
      ? DeepPartial<E>[]
      : T extends object
        ? { [K in keyof T]?: DeepPartial<T[K]> }
        : T;

type Tree = Record<string, unknown>;

/**
 * `patch` laid over `base`. Maps merge key by key. Lists whose every entry has a `name` (containers, env, ports,
 * volumes) merge by it, as `kubectl patch` does; other lists are replaced whole. `null` takes a key out.
 */
export function deepMerge(base: unknown, patch: unknown): unknown {
  if (patch === undefined) return base;
  if (isLater(base) || isLater(patch)) {
    // Nothing to merge with: keep the value itself, so that what is known at preview stays known.
    if (!isLater(base) && !isTree(base) && !Array.isArray(base)) return patch;
    return pulumi.all([base, patch]).apply(([b, p]) => deepMerge(b, p));
  }
  if (isTree(base) && isTree(patch)) {
    const merged: Tree = { ...base };
    for (const [key, value] of Object.entries(patch)) {
      if (value === null) Reflect.deleteProperty(merged, key);
      else merged[key] = deepMerge(base[key], value);
    }
    return merged;
  }
  if (Array.isArray(base) && Array.isArray(patch) && isNamed(base) && isNamed(patch)) {
    const merged = new Map<string, unknown>(base.map((entry) => [entry.name, entry]));
    for (const entry of patch) merged.set(entry.name, deepMerge(merged.get(entry.name), entry));
    return [...merged.values()];
  }
  return patch;
}

function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function isTree(value: unknown): value is Tree {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // Resources, assets and the like are values, not maps to look into.
  return Object.getPrototypeOf(value) === Object.prototype;
}

function isNamed(list: unknown[]): list is { name: string }[] {
  return list.every((entry) => isTree(entry) && typeof entry.name === "string");
}
