/** Prometheus' operator as its own bundle has it: in our namespace, with our images, and only for our Prometheus. */
import type { KubernetesObject } from "../sources";
import { namespace, priority, resources } from "./pods";

interface Bound {
  subjects?: { namespace?: string }[];
}
interface Deployed {
  spec: {
    template: {
      spec: {
        priorityClassName?: string;
        containers: { image: string; imagePullPolicy?: string; args: string[]; resources: object }[];
      };
    };
  };
}

export interface OperatorImages {
  prometheusOperator: string;
  configReloader: string;
}

/** Kubelets are read by what Prometheus itself is told: nobody has to keep a list of them in kube-system. */
const KUBELETS = "--kubelet-";

export const ours =
  (images: OperatorImages) =>
  (object: KubernetesObject): KubernetesObject => {
    const changed = structuredClone(object) as KubernetesObject & Bound & Partial<Deployed>;
    if (changed.metadata.namespace !== undefined) changed.metadata.namespace = namespace;
    for (const subject of changed.subjects ?? []) subject.namespace = namespace;
    if (changed.kind !== "Deployment") return changed;
    const pod = (changed as unknown as Deployed).spec.template.spec;
    pod.priorityClassName = priority.name;
    const [container] = pod.containers;
    if (container === undefined) throw new Error("the operator's Deployment has no container");
    container.image = images.prometheusOperator;
    container.imagePullPolicy = "IfNotPresent";
    container.resources = resources({ cpu: ["10m", "200m"], memory: ["48Mi", "200Mi"] });
    container.args = [
      ...container.args.filter(
        (word) => !word.startsWith(KUBELETS) && !word.startsWith("--prometheus-config-reloader"),
      ),
      `--prometheus-config-reloader=${images.configReloader}`,
      `--prometheus-instance-namespaces=${namespace}`,
      `--alertmanager-instance-namespaces=${namespace}`,
      "--config-reloader-cpu-request=1m",
      "--config-reloader-cpu-limit=100m",
      "--config-reloader-memory-request=16Mi",
      "--config-reloader-memory-limit=48Mi",
    ];
    return changed;
  };
