/** Changes made to others' manifests before they are installed. */
import type { KubernetesObject } from "./sources";

type Change = (object: KubernetesObject) => KubernetesObject;

interface Container {
  name: string;
  image: string;
  imagePullPolicy?: string;
  env?: { name: string; value?: string }[];
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
}

/** Runs a Deployment's first container from another image (and tells an operator its own image, where it asks for it). */
export const withImage = (deployment: string, image: string): Change =>
  withContainer(deployment, (container) => {
    const before = container.image;
    container.image = image;
    container.imagePullPolicy = "IfNotPresent"; // the tag is pinned: pulling it again brings nothing
    for (const variable of container.env ?? []) if (variable.value === before) variable.value = image;
  });

/** Lets a Deployment's first container use so much of a core, beyond what is reserved for it. */
export const withLimit = (deployment: string, cpu: string): Change =>
  withContainer(deployment, (container) => {
    container.resources = { ...container.resources, limits: { ...container.resources?.limits, cpu } };
  });

/** Changes a Deployment's first container, and nothing else. */
export function withContainer(deployment: string, change: (container: Container) => void): Change {
  return (object) => {
    if (object.kind !== "Deployment" || object.metadata.name !== deployment) return object;
    const changed = structuredClone(object) as KubernetesObject & {
      spec: { template: { spec: { containers: Container[] } } };
    };
    const [container] = changed.spec.template.spec.containers;
    if (container === undefined) throw new Error(`the Deployment ${deployment} has no container`);
    change(container);
    return changed;
  };
}
