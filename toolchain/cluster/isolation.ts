/**
 * Isolation: Cilium instead of the bridge plugin, so that NetworkPolicies hold. Its agent runs beside the other
 * components, on this machine; it compiles its kernel programs when it starts.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { obtain } from "../cache";
import { goRecipe } from "../gobuild";
import type { Step } from "../lib/progress";
import { planned } from "./files";
import { apply, get, type KubernetesObject } from "./kubectl";
import { files, network, node, runtime } from "./layout";
import type { Component } from "./plan";
import { moduleFiles } from "./programs";

const version = "1.18.5";
const source = "github.com/cilium/cilium";
const HEALTH_PORT = 9879;

const program = (name: string, path: string) =>
  goRecipe({
    name,
    version,
    module: "cluster/cilium",
    package: `${source}/${path}`,
    output: name,
    ldflags: [`-X ${source}/pkg/version.ciliumVersion=${version}`],
  });

/** The sources of its kernel programs and its resource definitions, as they lie in its module. */
const datapath = moduleFiles({ name: "cilium-datapath", version, module: "cluster/cilium", source }, [
  { from: "bpf", to: "bpf" },
  { from: "pkg/k8s/apis/cilium.io/client/crds", to: "crds" },
]);

export interface Isolation {
  component: Component;
  /** The CNI plugin's program. */
  plugin: string;
  folder: string;
}

export async function isolationPrograms(step: Step): Promise<Isolation> {
  const folder = await obtain(datapath, step);
  const agent = join(await obtain(program("cilium-agent", "daemon"), step), "cilium-agent");
  const plugin = join(await obtain(program("cilium-cni", "plugins/cilium-cni"), step), "cilium-cni");
  return { component: component(agent, folder), plugin, folder };
}

export const socket = runtime("cilium.sock");

const component = (agent: string, folder: string): Component => ({
  name: "cilium-agent",
  grace: 1,
  command: [
    agent,
    ...Object.entries({
      "k8s-kubeconfig-path": files.config("cilium.kubeconfig"),
      ipam: "kubernetes",
      "routing-mode": "native",
      "ipv4-native-routing-cidr": network.pods,
      "enable-ipv6": false,
      "enable-ipv4-masquerade": false, // our own table does it
      "enable-l7-proxy": false,
      "kube-proxy-replacement": false,
      "enable-endpoint-routes": true,
      "allow-localhost": "always", // a node may probe its own pods whatever the rules: Kubernetes says so
      "install-iptables-rules": false,
      "enable-hubble": false,
      "enable-health-checking": false,
      "cni-exclusive": false,
      devices: network.bridge,
      "agent-health-port": HEALTH_PORT,
      "lib-dir": folder,
      "state-dir": runtime("cilium"),
      "socket-path": socket,
      "bpf-root": runtime("bpf"),
      "cgroup-root": runtime("cgroup2"),
      procfs: "/proc",
    }).map(([name, value]) => `--${name}=${value}`),
  ],
  env: {
    K8S_NODE_NAME: node,
    // Not the caller's: another PATH would be another plan, and restart the agent.
    PATH: "/usr/lib/llvm-19/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  },
  after: ["kube-apiserver"],
  ready: { url: `http://127.0.0.1:${HEALTH_PORT}/healthz` },
});

/** What the agent waits for: its resource definitions, and its node with a range of addresses. */
export async function prepareIsolation({ folder }: Isolation): Promise<void> {
  const crds = readdirSync(join(folder, "crds"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => parse(readFileSync(join(folder, "crds", name), "utf8")) as KubernetesObject);
  await apply("isolation", crds, false);
  const present = await get<KubernetesObject & { spec: { podCIDR?: string } }>("node", node);
  if (present?.spec.podCIDR === network.pods) return;
  await apply(
    "node",
    [
      {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: node, labels: { "kubernetes.io/hostname": node, "kubernetes.io/os": "linux" } },
        spec: { podCIDR: network.pods, podCIDRs: [network.pods] },
      },
    ],
    true,
  );
}

/** Whether the last `up` asked for it. */
export const isolated = () => planned("cilium-agent");
