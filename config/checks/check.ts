/** What a cross-check is, and the small words they share. */
import { didYouMean, listed, type Problem } from "../problems";
import type { Settings } from "../settings";

/** Looks at finished settings for what is wrong between keys that are each right by themselves. */
export type Check = (settings: Settings) => Problem[];

export function problem(path: string, found: string, allowed: string, remedy?: string): Problem {
  return { path, found, allowed, remedy };
}

/** A name that is not among those it may be. */
export function unknownName(
  path: string,
  name: string,
  what: string,
  known: Iterable<string>,
  otherwise?: string,
): Problem {
  const names = [...known];
  return problem(path, `"${name}"`, `${what} (${listed(names)})`, didYouMean(name, names) ?? otherwise);
}

/** Entries that come again under the same key, with the first one each repeats. */
export function repeated<T>(items: Iterable<T>, keyOf: (item: T) => string): { item: T; first: T }[] {
  const seen = new Map<string, T>();
  const found: { item: T; first: T }[] = [];
  for (const item of items) {
    const key = keyOf(item);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, item);
    else found.push({ item, first });
  }
  return found;
}

/** Parts with their path. */
export function partsOf(settings: Settings) {
  return Object.entries(settings.parts).map(([name, part]) => ({ name, part, path: `parts.${name}` }));
}
