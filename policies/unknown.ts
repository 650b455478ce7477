/**
 * Values that only `up` will know. In a preview the engine sends a mark in their place. Whoever reads one here is
 * thrown an {@link Unknown}, so that no rule can take the mark for a value.
 */

/** The engine's marks (resource/plugin in pulumi/sdk; @pulumi/policy keeps its copy internal). */
const marks = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export const isUnknown = (value: unknown): boolean => typeof value === "string" && marks.has(value);

export class Unknown extends Error {
  constructor(readonly property: string) {
    super(`${property} is not known before up`);
    this.name = "Unknown";
  }
}

/** The property in the message of an {@link Unknown}, also where the CEL library has wrapped it (for `key in map`). */
export const propertyOf = (message: string): string | undefined =>
  /^(?:Unsupported input Error: )?(.+) is not known before up$/.exec(message)?.[1];

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const join = (path: string, key: string | number): string => {
  if (typeof key === "number") return `${path}[${key}]`;
  const text = /^[\w-]+$/.test(key) ? key : `["${key}"]`;
  return path === "" || text.startsWith("[") ? `${path}${text}` : `${path}.${text}`;
};

/** The value with a guard on every property: reading one that is not known throws {@link Unknown}. */
export function guarded<T>(value: T, path = ""): T {
  if (isUnknown(value)) throw new Unknown(path);
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const inner: unknown = Reflect.get(target, key, receiver);
      if (typeof key === "symbol" || typeof inner === "function") return inner;
      const index = Array.isArray(target) && /^\d+$/.test(key) ? Number(key) : key;
      return guarded(inner, join(path, index));
    },
  });
}

/** Every text in a value, with its path; what is not known is left out. */
export function* texts(value: unknown, path = ""): Generator<{ path: string; text: string }> {
  if (typeof value === "string") {
    if (!isUnknown(value)) yield { path, text: value };
  } else if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) yield* texts(inner, join(path, index));
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) yield* texts(inner, join(path, key));
  }
}

/** What lies at a path such as `spec.containers[0].image`; undefined where nothing does. */
export function at(value: unknown, path: string): unknown {
  let current = value;
  for (const [, quoted, index, word] of path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([\w-]+)/g)) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string, unknown>)[quoted ?? index ?? word ?? ""];
  }
  return current;
}
