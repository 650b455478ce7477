/** The Kubernetes objects a preview would make, as files: what the program says, secrets masked. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { EngineEvent, ResourceState } from "./events";
import { hides, type Scrub } from "./scrub";
import { isObject, isSecret, plain, SECRET_SHOWN, type Properties } from "./values";

export interface Manifest {
  /** Below the folder: `shop/deployment-api.yaml`. */
  file: string;
  object: Properties;
}

/** Every object of the new state, sorted; two of the same name are an error of the program, not of ours. */
export function manifestsOf(events: EngineEvent[], scrub: Scrub): Manifest[] {
  const states = new Map<string, ResourceState>();
  for (const event of events) {
    const step = (event.resourcePreEvent ?? event.resOutputsEvent)?.metadata;
    if (step?.new && step.op !== "delete") states.set(step.urn, step.new);
  }
  const found = new Map<string, Manifest>();
  for (const { type, inputs } of states.values()) {
    if (!type.startsWith("kubernetes:") || typeof inputs.kind !== "string") continue;
    const object = masked(type, inputs, "", scrub) as Properties;
    const file = fileOf(object);
    // One component may make an object on several clusters: each keeps its file.
    const free = [file, ...Array.from({ length: 99 }, (_, n) => file.replace(/\.yaml$/, `-${n + 2}.yaml`))];
    const name = free.find((candidate) => !found.has(candidate)) ?? file;
    found.set(name, { file: name, object });
  }
  return [...found.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** YAML 1.1, as Kubernetes reads it: there `on` is true unless it is quoted. */
const YAML = { version: "1.1", lineWidth: 0, sortMapEntries: rank } as const;

export function writeManifests(folder: string, manifests: Manifest[]): void {
  for (const { file, object } of manifests) {
    const path = join(folder, file);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, stringify(object, YAML));
  }
}

/** As people write them: what it is first, then its name, then the rest by name. */
const FIRST = ["apiVersion", "kind", "metadata", "name", "namespace"];
function rank(a: { key: unknown }, b: { key: unknown }): number {
  const place = (item: { key: unknown }) => {
    const index = FIRST.indexOf(textOf(item.key));
    return index < 0 ? FIRST.length : index;
  };
  return place(a) - place(b) || (textOf(a.key) < textOf(b.key) ? -1 : 1);
}

function textOf(key: unknown): string {
  const value = isObject(key) && "value" in key ? key.value : key;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function masked(type: string, value: unknown, path: string, scrub: Scrub): unknown {
  if (hides(type, path, value) === "secret") return maskOf(type, path, value);
  if (Array.isArray(value))
    return value.map((item, index) => masked(type, item, `${path}[${nameIn(item) ?? index}]`, scrub));
  if (!isObject(value)) return typeof value === "string" ? scrub(String(plain(value))) : value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("__"))
      .map(([key, inner]) => [scrub(key), masked(type, inner, path === "" ? key : `${path}.${key}`, scrub)]),
  );
}

/** The mask in the form that stands there, so that the manifest stays one the API would take. */
function maskOf(type: string, path: string, value: unknown): unknown {
  if (type !== "kubernetes:core/v1:Secret") return SECRET_SHOWN;
  const text = path.startsWith("data") ? Buffer.from(SECRET_SHOWN).toString("base64") : SECRET_SHOWN;
  if (path !== "data" && path !== "stringData") return text;
  const keys = isObject(value) && !isSecret(value) ? Object.keys(value) : ["masked"];
  return Object.fromEntries(keys.map((key) => [key, text]));
}

const nameIn = (item: unknown) => (isObject(item) && typeof item.name === "string" ? item.name : undefined);

/** No name may lead out of the folder, or hide in it. */
const safe = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, "_")
    .replace(/^[.-]+/, "_");

function fileOf(object: Properties): string {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const name = typeof metadata.name === "string" ? metadata.name : "unnamed";
  const namespace = typeof metadata.namespace === "string" ? metadata.namespace : "cluster";
  return join(safe(namespace), `${safe(String(object.kind))}-${safe(name)}.yaml`);
}
