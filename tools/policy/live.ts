/**
 * The objects of a stack as its clusters have them now: somebody may have changed them by hand since the last `up`. Only
 * kinds that a rule about single objects looks at are asked for, and so no Secret ever is.
 */
import { Resource } from "../../policies/resource";
import type { Rule } from "../../policies/rule";
import { isKind } from "../../policies/kinds";
import { isObject, type Json } from "../../policies/unknown";
import { kubeOf, type KubeObject } from "../release/kube";
import { Failure } from "../../toolchain/lib/failure";

interface Declared {
  urn: string;
  type: string;
  provider?: string;
  inputs?: Json;
  outputs?: Json;
}

/** Each object that is there, with its stack's URN and options. */
export async function onCluster(
  state: unknown,
  declared: readonly Resource[],
  rules: readonly Rule[],
  env: Record<string, string>,
): Promise<Resource[]> {
  const kinds = rules.flatMap((rule) => (rule.type === "object" ? rule.on : []));
  const all = resourcesOf(state);
  const asked = all.filter(({ inputs = {} }) => kinds.some((kind) => isKind(inputs, kind)));
  const found: Resource[] = [];
  for (const provider of new Set(asked.map((one) => one.provider ?? ""))) {
    const objects = asked.filter((one) => (one.provider ?? "") === provider);
    const context = contextOf(all, provider);
    const list = { apiVersion: "v1", kind: "List", items: objects.map(reference) };
    const words = ["get", "--filename=-", "--ignore-not-found", "--output=json"];
    const { stdout } = await kubeOf({ env, context }).ask("reading the stack's objects", words, {
      input: JSON.stringify(list),
    });
    const there = new Map(itemsOf(stdout).map((object) => [keyOf(object), object]));
    for (const one of objects) {
      const object = there.get(keyOf(reference(one)));
      const options = declared.find(({ urn }) => urn === one.urn)?.options;
      if (object === undefined) continue;
      const name = one.urn.split("::").at(-1) ?? one.urn;
      found.push(
        new Resource({ raw: object as unknown as Json, type: one.type, name, urn: one.urn, options }),
      );
    }
  }
  return found;
}

function resourcesOf(state: unknown): Declared[] {
  const deployment = isObject(state) ? state.deployment : undefined;
  const resources = isObject(deployment) ? deployment.resources : undefined;
  return Array.isArray(resources) ? (resources as Declared[]) : [];
}

/** The kubeconfig context that a provider was given; a reference is the provider's URN and its id. */
function contextOf(all: readonly Declared[], provider: string): string {
  const urn = provider.split("::").slice(0, -1).join("::");
  const context = all.find((one) => one.urn === urn)?.inputs?.context;
  if (typeof context === "string") return context;
  throw new Failure("the stack's cluster is not known by a kubeconfig context", {
    details: [`its provider is ${provider === "" ? "the default one" : urn}`],
    next: "check the state without --live, or the objects: kubectl get … -o yaml > folder; --manifests folder",
  });
}

/** What kubectl needs to know of an object to find it; its name may have been given by the provider. */
function reference({ inputs = {}, outputs = {} }: Declared): KubeObject {
  const { apiVersion, kind } = inputs;
  const metadata = { ...metadataOf(inputs), ...metadataOf(outputs) };
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: { name, namespace } } as KubeObject;
}

const metadataOf = ({ metadata }: Json): Json => (isObject(metadata) ? metadata : {});

const keyOf = ({ apiVersion, kind, metadata }: KubeObject): string =>
  [apiVersion, kind, metadata.namespace ?? "", metadata.name].join(" ");

/** One object comes as itself, several come in a List, none as nothing. */
function itemsOf(answer: string): KubeObject[] {
  if (answer.trim() === "") return [];
  const parsed = JSON.parse(answer) as KubeObject & { items?: KubeObject[] };
  return parsed.items ?? [parsed];
}
