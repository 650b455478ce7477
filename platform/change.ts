/** Changes made to others' manifests before they are installed. */
import type { KubernetesObject } from "./sources";

interface PodTemplate {
  spec: {
    template: {
      spec: {
        containers: {
          name: string;
          image: string;
          imagePullPolicy?: string;
          env?: { name: string; value?: string }[];
        }[];
      };
    };
  };
}

/** Runs a Deployment's first container from another image (and tells an operator its own image, where it asks for it). */
export function withImage(deployment: string, image: string): (object: KubernetesObject) => KubernetesObject {
  return (object) => {
    if (object.kind !== "Deployment" || object.metadata.name !== deployment) return object;
    const changed = structuredClone(object) as KubernetesObject & PodTemplate;
    const [container] = changed.spec.template.spec.containers;
    if (container === undefined) throw new Error(`the Deployment ${deployment} has no container`);
    const before = container.image;
    container.image = image;
    container.imagePullPolicy = "IfNotPresent"; // the tag is pinned: pulling it again brings nothing
    for (const variable of container.env ?? []) if (variable.value === before) variable.value = image;
    return changed;
  };
}
