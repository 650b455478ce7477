/** The configuration files of the components, as text by file name. Nothing here touches the disk. */
import { stringify } from "yaml";
import { cgroup, directServer } from "./plan";
import { clusterDomain, files, network, node, ports, runtime, state } from "./layout";

const authority = files.pki("ca.crt");

/** `snapshotter`: overlayfs, or native where the data folder itself lies on an overlay. */
export interface Surroundings {
  pauseImage: string;
  snapshotter: "overlayfs" | "native";
  nameServers: string[];
  isolation: boolean;
  encryptionKey: string;
}

export function configs(around: Surroundings): Record<string, string> {
  return {
    "containerd.toml": containerd(around),
    "kubelet.yaml": stringify(kubelet()),
    "proxy.yaml": stringify(proxy),
    "audit.yaml": stringify(audit),
    "encryption.yaml": stringify(encryption(around.encryptionKey)),
    "resolv.conf": around.nameServers.map((address) => `nameserver ${address}\n`).join(""),
    [`cni/10-slipway.conflist`]: JSON.stringify(cni(around.isolation), undefined, 2),
    "controller-manager.kubeconfig": access("controller-manager"),
    "scheduler.kubeconfig": access("scheduler"),
    "kubelet.kubeconfig": access("kubelet"),
    "proxy.kubeconfig": access("proxy"),
    "cilium.kubeconfig": access("cilium"),
    "kwok.kubeconfig": access("kwok"),
  };
}

/** A kubeconfig that names its certificate by file, for the components on this machine. */
const access = (name: string) =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "slipway", cluster: { server: directServer, "certificate-authority": authority } }],
    users: [
      {
        name,
        user: {
          "client-certificate": files.pki(`${name}.crt`),
          "client-key": files.pki(`${name}.key`),
        },
      },
    ],
    contexts: [{ name: "slipway", context: { cluster: "slipway", user: name } }],
    "current-context": "slipway",
  });

function containerd({ pauseImage, snapshotter }: Surroundings): string {
  const text = (value: string) => JSON.stringify(value);
  return `version = 2
root = ${text(state("containerd"))}
state = ${text(runtime("containerd"))}
oom_score = 0
# What this machine never uses, or what would make folders outside of ours.
disabled_plugins = [
  "io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.tracing",
]

[grpc]
  address = ${text(files.containerd)}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(pauseImage)}
  # A container in a container may not lower its score, and no sandbox would start.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  disable_tcp_service = true
  stream_server_address = "127.0.0.1"
  max_container_log_line_size = 65536

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${text(runtime("cni", "bin"))}
    conf_dir = ${text(files.cni)}

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = ${text(snapshotter)}
    discard_unpacked_layers = true
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = ${text(runtime("runc"))}
        SystemdCgroup = false

  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = ${text(state("config", "registries"))}
`;
}

const kubelet = () => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  address: network.node,
  port: ports.kubelet,
  healthzBindAddress: "127.0.0.1",
  healthzPort: ports.kubeletHealth,
  tlsCertFile: files.pki("kubelet.crt"),
  tlsPrivateKeyFile: files.pki("kubelet.key"),
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: authority },
  },
  authorization: { mode: "Webhook" },
  clusterDomain,
  clusterDNS: [network.dns],
  resolvConf: files.config("resolv.conf"),
  containerRuntimeEndpoint: `unix://${files.containerd}`,
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${cgroup}`,
  failCgroupV1: false,
  failSwapOn: false,
  oomScoreAdj: 0,
  makeIPTablesUtilChains: false,
  serializeImagePulls: false,
  maxPods: 200,
  podLogsDir: state("logs", "pods"),
  volumePluginDir: state("kubelet", "volume-plugins"),
  // A developer's disk is often nearly full: evict only when it really ends, and never throw our images away.
  evictionHard: {
    "memory.available": "100Mi",
    "nodefs.available": "1Gi",
    "imagefs.available": "1Gi",
    "nodefs.inodesFree": "1%",
  },
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  containerLogMaxSize: "16Mi",
  containerLogMaxFiles: 2,
});

const proxy = {
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: "nftables",
  bindAddress: "127.0.0.1",
  healthzBindAddress: `127.0.0.1:${ports.proxyHealth}`,
  metricsBindAddress: `127.0.0.1:${ports.proxyMetrics}`,
  clientConnection: { kubeconfig: files.config("proxy.kubeconfig") },
  clusterCIDR: network.pods,
  hostnameOverride: node,
  nodePortAddresses: [`${network.node}/32`],
  oomScoreAdj: 0,
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" }, // the machine's own limits are not ours to change
};

const audit = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    { level: "None", users: ["system:kube-scheduler", "system:kube-proxy", "slipway:probe"] },
    { level: "None", userGroups: ["system:nodes"], verbs: ["get", "list", "watch", "patch", "update"] },
    { level: "None", resources: [{ group: "coordination.k8s.io", resources: ["leases"] }] },
    { level: "None", nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*"] },
    // Metadata never holds what a secret says.
    { level: "Metadata", verbs: ["create", "update", "patch", "delete", "deletecollection"] },
    {
      level: "Metadata",
      resources: [{ group: "", resources: ["secrets", "pods/exec", "pods/portforward", "pods/attach"] }],
    },
    { level: "None" },
  ],
};

const encryption = (key: string) => ({
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "EncryptionConfiguration",
  resources: [
    {
      resources: ["secrets"],
      providers: [{ secretbox: { keys: [{ name: "slipway", secret: key }] } }],
    },
  ],
});

function cni(isolation: boolean) {
  const hostPorts = { type: "portmap", capabilities: { portMappings: true }, snat: true };
  const bridge = {
    type: "bridge",
    bridge: network.bridge,
    isGateway: true,
    hairpinMode: true,
    ipMasq: false, // our own table does it
    ipam: {
      type: "host-local",
      dataDir: runtime("cni", "addresses"),
      ranges: [[{ subnet: network.pods, gateway: network.node }]],
      routes: [{ dst: "0.0.0.0/0" }],
    },
  };
  return {
    cniVersion: "1.0.0",
    name: "slipway",
    plugins: [
      isolation ? { type: "cilium-cni", "log-file": state("logs", "cilium-cni.log") } : bridge,
      hostPorts,
    ],
  };
}
