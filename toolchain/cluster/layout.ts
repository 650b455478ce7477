/** The embedded cluster's fixed facts: names, addresses, ports and where its files lie. */
import { runDir, stateDir } from "../lib/paths";

export const node = "slipway";
export const clusterDomain = "cluster.local";

export const network = {
  bridge: "slipway0",
  /** The bridge's address: the pods' gateway, and what the node is known by. */
  node: "10.244.0.1",
  pods: "10.244.0.0/24",
  services: "10.96.0.0/16",
  /** The first address of the service range: the API server, as pods see it. */
  api: "10.96.0.1",
  dns: "10.96.0.10",
} as const;

/** All on loopback or on the bridge. */
export const ports = {
  api: 6443,
  etcd: 2379,
  etcdPeer: 2380,
  kubelet: 10250,
  kubeletHealth: 10248,
  proxyHealth: 10256,
  proxyMetrics: 10249,
  controllerManager: 10257,
  scheduler: 10259,
} as const;

/** Survives a reboot; only `reset` takes it away. */
export const state = (...parts: string[]) => stateDir("cluster", ...parts);
/** Gone with the cluster. */
export const runtime = (...parts: string[]) => runDir(...parts);

export const files = {
  kubeconfig: state("kubeconfig"),
  pki: (name: string) => state("pki", name),
  config: (name: string) => state("config", name),
  logs: state("logs"),
  /** What the last `up` asked for; kept beside the data so that `down` can sweep after a reboot. */
  plan: state("plan.json"),
  /** The supervisor's own copy: gone means that it was told to stop. */
  runningPlan: runtime("plan.json"),
  control: runtime("supervisor.sock"),
  containerd: runtime("containerd.sock"),
  owner: runtime("owner.json"),
  volumes: state("volumes"),
  cni: state("config", "cni"),
} as const;

/** The addresses and names the control plane serves on. */
export const servingNames = [
  "localhost",
  "127.0.0.1",
  network.node,
  network.api,
  node,
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  `kubernetes.default.svc.${clusterDomain}`,
];

export const server = `https://127.0.0.1:${ports.api}`;
