/** What a reviewer wants to know of something new, in a few words: image, replicas, ports, hosts, sizes. */
import { hides } from "./scrub";
import { short } from "./text";
import { isObject, show } from "./values";

const TELLING =
  /(^|\.)(image|imageName|replicas|instances|minReplicas|maxReplicas|schedule|storageClassName|content|hostnames|hosts|size|length|type)$/;
const TELLING_PATHS = /(^|\.)(resources\.requests\.storage|ports\[\]\.port|ports\[\]\.containerPort)$/;
const MOST = 6;

export function factsOf(type: string, inputs: Record<string, unknown>): string[] {
  const found: string[] = [];
  collect(type, inputs, "", "", found);
  return [...new Set(found)].slice(0, MOST);
}

function collect(type: string, value: unknown, key: string, path: string, found: string[]): void {
  if (hides(type, path, value) !== undefined) return;
  if (Array.isArray(value)) {
    if (TELLING.test(path) && value.every((item) => typeof item === "string"))
      found.push(`${key} ${value.map(show).join(", ")}`);
    else for (const item of value) collect(type, item, key, `${path}[]`, found);
  } else if (isObject(value)) {
    for (const [name, inner] of Object.entries(value))
      collect(type, inner, name, path === "" ? name : `${path}.${name}`, found);
  } else if (value !== undefined && value !== null && (TELLING.test(path) || TELLING_PATHS.test(path))) {
    found.push(`${key} ${short(show(value))}`);
  }
}
