/** Installs the objects of a manifest as resources: definitions and namespaces first, pods last. */
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "./sources";

/** Any Kubernetes object, under the type token the typed SDK would give it. */
export class KubernetesResource extends pulumi.CustomResource {
  constructor(
    name: string,
    object: pulumi.Inputs & { apiVersion: string; kind: string },
    options: pulumi.CustomResourceOptions,
  ) {
    const group = object.apiVersion === "v1" ? "core/v1" : object.apiVersion;
    super(`kubernetes:${group}:${object.kind}`, name, object, options);
  }
}

export interface ManifestsArgs {
  objects: KubernetesObject[];
  /** Changes an object before it is installed, or leaves it out (undefined). */
  change?: (object: KubernetesObject) => KubernetesObject | undefined;
}

/**
 * What must be there before the next rank can be: a definition before its resources, everything else before the pods. Webhooks too: an
 * operator writes its authority into its own at its start. Services with their pods: they are ready when those are.
 */
function rank({ kind }: KubernetesObject): number {
  if (kind === "CustomResourceDefinition" || kind === "Namespace") return 0;
  return ["Deployment", "StatefulSet", "DaemonSet", "Job", "Service"].includes(kind) ? 2 : 1;
}
const lastRank = 2;

export class Manifests extends pulumi.ComponentResource {
  /** What to depend on: everything installed. */
  readonly installed: pulumi.Resource[];

  constructor(
    name: string,
    args: ManifestsArgs,
    options: pulumi.ComponentResourceOptions & { provider: pulumi.ProviderResource },
  ) {
    super("slipway:platform:Manifests", name, {}, options);
    const objects = args.objects.flatMap(
      (object) => args.change?.(object) ?? (args.change === undefined ? [object] : []),
    );
    this.installed = [];
    for (let now = 0; now <= lastRank; now++) {
      const before = [...this.installed];
      for (const object of objects.filter((each) => rank(each) === now)) {
        const namespace = object.metadata.namespace === undefined ? "" : `${object.metadata.namespace}/`;
        const child = `${name}-${object.kind.toLowerCase()}-${namespace}${object.metadata.name}`;
        this.installed.push(new KubernetesResource(child, object, { parent: this, dependsOn: before }));
      }
    }
    this.registerOutputs({});
  }
}
