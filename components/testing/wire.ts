/** Pulumi's wire format for values, taken apart: which are secret, which are unknown. */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a resource holds is as free as JSON; tests look into it
export type Json = Record<string, any>;

/** Stands in inputs for what is only known once it is made. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

/** The plain value, and the paths in it that were secret. */
export function reveal(wire: Json): { value: Json; secrets: string[] } {
  const secrets: string[] = [];
  const value = walk(wire, "", secrets) as Json;
  return { secrets: secrets.sort(), value };
}

function walk(wire: unknown, path: string, secrets: string[]): unknown {
  if (Array.isArray(wire)) return wire.map((entry, index) => walk(entry, `${path}[${index}]`, secrets));
  if (typeof wire !== "object" || wire === null) return wire;
  const tree = wire as Json;
  if (tree[SIGNATURE] === SECRET) {
    secrets.push(path);
    return walk(tree.value, path, []);
  }
  if (tree[SIGNATURE] === RESOURCE) return `resource ${String(tree.urn)}`;
  const step = (key: string) => (path === "" ? key : `${path}.${key}`);
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, walk(value, step(key), secrets)]),
  );
}
