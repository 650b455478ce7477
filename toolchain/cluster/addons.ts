/** What a cluster needs before anybody's pods run: names (CoreDNS), volumes (local-path), metrics (metrics-server). */
import type { Built } from "../images/archive";
import { pinned } from "../images/ensure";
import { dns } from "./addons/dns";
import { metrics } from "./addons/metrics";
import { storage } from "./addons/storage";
import type { KubernetesObject } from "./kubectl";

export const addonImages = ["pause", "coredns", "local-path-provisioner", "busybox", "metrics-server"];

/** Metrics come when they come: they need two looks at a pod, and nothing that starts waits for them. */
export const addonDeployments = [
  { name: "coredns", space: "kube-system", awaited: true },
  { name: "local-path-provisioner", space: "local-path-storage", awaited: true },
  { name: "metrics-server", space: "kube-system", awaited: false },
];

export function addons(nameServers: string[], built: Map<string, Built>): KubernetesObject[] {
  const images = (name: string) => {
    const found = built.get(name);
    if (!found) throw new Error(`the add-ons run ${name}, which is not among addonImages`);
    return pinned(found);
  };
  return [...dns(nameServers, images), ...storage(images), ...metrics(images)];
}
