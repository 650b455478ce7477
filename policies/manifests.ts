/** Objects and states as rules see them: a folder of manifests, or what `pulumi stack export` prints. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { LineCounter, parseAllDocuments } from "yaml";
import { Resource } from "./resource";
import { isObject, join as path, type Json } from "./unknown";

export interface Loaded {
  readonly resources: readonly Resource[];
  /** What could not be read, a line each, with its place. */
  readonly problems: readonly string[];
}

const readable = new Set([".yaml", ".yml", ".json"]);

/** Every object of every manifest in a folder and below, or of one file. */
export function fromManifests(place: string): Loaded {
  const files = statSync(place).isDirectory() ? filesBelow(place) : [place];
  const resources: Resource[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const shown = relative(process.cwd(), file);
    const lines = new LineCounter();
    for (const document of parseAllDocuments(readFileSync(file, "utf8"), { lineCounter: lines })) {
      const [error] = document.errors;
      if (error !== undefined) {
        problems.push(`${shown}:${lines.linePos(error.pos[0]).line}: ${error.message.split("\n")[0] ?? ""}`);
        continue;
      }
      for (const object of flattened(document.toJS())) {
        const resource = ofObject(object);
        if (resource !== undefined) resources.push(resource);
        else if (object !== null && object !== undefined) {
          problems.push(
            `${shown}:${lines.linePos(document.range[0]).line}: no Kubernetes object: it wants apiVersion and kind`,
          );
        }
      }
    }
  }
  return { resources, problems };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readable.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** `kubectl get -o yaml` wraps what it finds in a List. */
function flattened(object: unknown): unknown[] {
  if (!isObject(object) || !Array.isArray(object.items) || typeof object.kind !== "string") return [object];
  return object.kind.endsWith("List") ? object.items.flatMap(flattened) : [object];
}

function ofObject(object: unknown): Resource | undefined {
  if (!isObject(object) || typeof object.kind !== "string" || typeof object.apiVersion !== "string")
    return undefined;
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return new Resource({
    raw: object,
    type: `kubernetes:${object.apiVersion.includes("/") ? "" : "core/"}${object.apiVersion}:${object.kind}`,
    name: typeof metadata.name === "string" ? metadata.name : "unnamed",
  });
}

/** How the engine marks a secret in a state. */
const mark = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

/** The resources of an exported state, as they were declared. Secrets stay what they are: not known. */
export function fromState(state: unknown): Resource[] | undefined {
  const deployment = isObject(state) && isObject(state.deployment) ? state.deployment : undefined;
  if (deployment === undefined) return undefined;
  const resources: unknown[] = Array.isArray(deployment.resources) ? deployment.resources : [];
  return resources.filter(isObject).flatMap((resource) => {
    const { urn, type, inputs, outputs, protect, parent } = resource;
    if (typeof urn !== "string" || typeof type !== "string") return [];
    const declared = type.startsWith("kubernetes:") ? inputs : (outputs ?? inputs);
    const secrets: string[] = [];
    const raw = withoutSecrets(isObject(declared) ? declared : {}, "", secrets) as Json;
    return [
      new Resource({
        raw,
        type,
        name: urn.split("::").at(-1) ?? urn,
        urn,
        secrets: () => secrets,
        options: { protect: protect === true, parent: typeof parent === "string" ? parent : undefined },
      }),
    ];
  });
}

function withoutSecrets(value: unknown, place: string, secrets: string[]): unknown {
  if (Array.isArray(value))
    return value.map((inner, index) => withoutSecrets(inner, path(place, index), secrets));
  if (!isObject(value)) return value;
  if (value[mark] === secretMark) {
    secrets.push(place);
    return "[secret]";
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("__")) // the provider's own bookkeeping
      .map(([key, inner]) => [key, withoutSecrets(inner, path(place, key), secrets)]),
  );
}
