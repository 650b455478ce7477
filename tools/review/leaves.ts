/**
 * What differs between two values, leaf by leaf: `spec.template.spec.containers[api].image`. Lists of named things
 * are matched by name, so that one more container is one addition and not a shift of all that follow.
 */
import { isObject, isSecret, type Properties } from "./values";

export interface Difference {
  /** For people: list elements by their name. */
  path: string;
  /** As the engine writes it: list elements by their place. */
  place: string;
  before: unknown;
  after: unknown;
}

/** What names an element of a list, in the order they are tried. */
const NAMES = [
  "name",
  "key",
  "id",
  "alert",
  "record",
  "topologyKey",
  "path",
  "host",
  "port",
  "containerPort",
];

/** The leaves that differ. A value on one side only is one leaf, unless it is an object or a list: then its own leaves. */
export function differences(before: unknown, after: unknown): Difference[] {
  const found: Difference[] = [];
  compare(before, after, "", "", found);
  return found;
}

function compare(before: unknown, after: unknown, path: string, place: string, found: Difference[]): void {
  if (Object.is(before, after)) return;
  if (isSecret(before) || isSecret(after)) {
    // Masked on both sides: the engine's own diff knows whether it changed, see change.ts.
    if (isSecret(before) !== isSecret(after)) found.push({ path, place, before, after });
    return;
  }
  const old = before ?? emptyLike(after);
  const now = after ?? emptyLike(before);
  if (isObject(old) && isObject(now) && Object.keys({ ...old, ...now }).length > 0) {
    compareObjects(old, now, path, place, found);
  } else if (Array.isArray(old) && Array.isArray(now) && old.length + now.length > 0) {
    compareLists(old, now, path, place, found);
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    found.push({ path, place, before, after });
  }
}

const emptyLike = (value: unknown) => (Array.isArray(value) ? [] : isObject(value) ? {} : undefined);

function compareObjects(old: Properties, now: Properties, path: string, place: string, found: Difference[]) {
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const next = path === "" ? key : `${path}.${key}`;
    compare(old[key], now[key], next, joinPlace(place, key), found);
  }
}

/** The engine's own writing of property paths: names that are no identifiers are quoted. */
function joinPlace(place: string, key: string): string {
  if (/^[A-Za-z_$][\w$]*$/.test(key)) return place === "" ? key : `${place}.${key}`;
  return `${place}["${key.replaceAll('"', '\\"')}"]`;
}

function compareLists(old: unknown[], now: unknown[], path: string, place: string, found: Difference[]) {
  const name = commonName(old, now);
  if (name !== undefined) {
    compareNamed(old as Properties[], now as Properties[], name, path, place, found);
  } else if ([...old, ...now].every((item) => !isObject(item) && !Array.isArray(item))) {
    compareScalars(old, now, path, place, found);
  } else {
    for (let index = 0; index < Math.max(old.length, now.length); index++) {
      compare(old[index], now[index], `${path}[${index}]`, `${place}[${index}]`, found);
    }
  }
}

/** The first of NAMES that every element of both lists has, each list without repeats. */
function commonName(old: unknown[], now: unknown[]): string | undefined {
  return NAMES.find((name) =>
    [old, now].every((list) => {
      const names = list.map((item) => (isObject(item) ? item[name] : undefined));
      return (
        names.every((value) => typeof value === "string" || typeof value === "number") &&
        new Set(names).size === names.length
      );
    }),
  );
}

function compareNamed(
  old: Properties[],
  now: Properties[],
  name: string,
  path: string,
  place: string,
  found: Difference[],
) {
  const olds = new Map(old.map((item) => [String(item[name]), item]));
  const nows = new Map(now.map((item) => [String(item[name]), item]));
  for (const key of new Set([...olds.keys(), ...nows.keys()])) {
    const before = olds.get(key);
    const after = nows.get(key);
    const index = after === undefined ? old.indexOf(before ?? {}) : now.indexOf(after);
    // The name of an element that comes or goes is in its path already.
    const [old1, now1] = [before ?? {}, after ?? {}].map((item) => withoutName(item, name, before, after));
    compare(old1, now1, `${path}[${key}]`, `${place}[${index}]`, found);
  }
}

function withoutName(
  item: Properties,
  name: string,
  before: unknown,
  after: unknown,
): Properties | undefined {
  if (before !== undefined && after !== undefined) return item;
  const rest = Object.fromEntries(Object.entries(item).filter(([key]) => key !== name));
  if (Object.keys(rest).length > 0) return rest;
  return Object.keys(item).length > 0 ? item : undefined;
}

/** Lists of plain values: same length, place by place; otherwise what came and what went. */
function compareScalars(old: unknown[], now: unknown[], path: string, place: string, found: Difference[]) {
  if (old.length === now.length) {
    for (const [index, before] of old.entries()) {
      compare(before, now[index], `${path}[${index}]`, `${place}[${index}]`, found);
    }
    return;
  }
  const rest = [...now];
  for (const [index, before] of old.entries()) {
    const kept = rest.indexOf(before);
    if (kept >= 0) rest.splice(kept, 1);
    else found.push({ path: `${path}[]`, place: `${place}[${index}]`, before, after: undefined });
  }
  for (const after of rest) {
    found.push({ path: `${path}[]`, place: `${place}[${now.indexOf(after)}]`, before: undefined, after });
  }
}
