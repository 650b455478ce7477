/**
 * What the supervisor runs: every component with its command line, what it waits for and how its readiness is seen.
 * The shape is supervisor/plan.go's.
 */
import { files, network, node, ports, runtime, server, state } from "./layout";

export interface Probe {
  socket?: string;
  url?: string;
  ca?: string;
  cert?: string;
  key?: string;
}

export interface Component {
  name: string;
  command: string[];
  env?: Record<string, string>;
  after?: string[];
  ready: Probe;
  /** Seconds between asking it to stop and killing it. What keeps nothing on disk of its own needs few. */
  grace: number;
}

export interface Plan {
  run: string;
  state: string;
  logs: string;
  cgroup: string;
  network: { bridge: string; address: string; pods: string; services: string; api: number };
  components: Component[];
}

/** The control group everything runs in, components and pods alike. */
export const cgroup = "slipway";

const flags = (values: Record<string, string | number | boolean>) =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);

const pair = (name: string) => ({
  certificate: files.pki(`${name}.crt`),
  key: files.pki(`${name}.key`),
});
const authority = files.pki("ca.crt");

/** Asked as a client that may see nothing but whether a server is ready. */
const https = (url: string): Probe => ({
  url,
  ca: authority,
  cert: pair("probe").certificate,
  key: pair("probe").key,
});
const http = (url: string): Probe => ({ url });

export interface Extras {
  /** What must be ready before the kubelet may start pods, in place of the plain bridge. */
  podNetwork?: Component;
  fakeNodes?: Component;
}

export function plan(kube: string, { podNetwork, fakeNodes }: Extras = {}): Plan {
  return {
    run: runtime(),
    state: state(),
    logs: files.logs,
    cgroup,
    network: {
      bridge: network.bridge,
      address: `${network.node}/24`,
      pods: network.pods,
      services: network.services,
      api: ports.api,
    },
    components: [
      containerd,
      etcd(kube),
      apiServer(kube),
      controllerManager(kube),
      scheduler(kube),
      ...(podNetwork ? [podNetwork] : []),
      kubelet(kube, podNetwork),
      proxy(kube),
      ...(fakeNodes ? [fakeNodes] : []),
    ],
  };
}

const containerd: Component = {
  name: "containerd",
  grace: 3,
  command: ["/usr/bin/containerd", "--config", files.config("containerd.toml")],
  env: { CILIUM_SOCK: runtime("cilium.sock") }, // inherited by its CNI plugins
  ready: { socket: files.containerd },
};

function etcd(kube: string): Component {
  const url = `https://127.0.0.1:${ports.etcd}`;
  const peer = `https://127.0.0.1:${ports.etcdPeer}`;
  const { certificate, key } = pair("etcd");
  return {
    name: "etcd",
    grace: 3,
    command: [
      kube,
      "etcd",
      ...flags({
        name: node,
        "data-dir": state("etcd"),
        "listen-client-urls": url,
        "advertise-client-urls": url,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": `${node}=${peer}`,
        "client-cert-auth": true,
        "trusted-ca-file": files.pki("etcd-ca.crt"),
        "cert-file": certificate,
        "key-file": key,
        "peer-client-cert-auth": true,
        "peer-trusted-ca-file": files.pki("etcd-ca.crt"),
        "peer-cert-file": certificate,
        "peer-key-file": key,
        "watch-progress-notify-interval": "5s",
        "log-level": "warn",
      }),
    ],
    ready: {
      url: `${url}/health`,
      ca: files.pki("etcd-ca.crt"),
      cert: pair("apiserver-etcd").certificate,
      key: pair("apiserver-etcd").key,
    },
  };
}

function apiServer(kube: string): Component {
  const own = pair("apiserver");
  const toEtcd = pair("apiserver-etcd");
  const toKubelet = pair("apiserver-kubelet");
  const front = pair("front-proxy");
  return {
    name: "kube-apiserver",
    grace: 1,
    command: [
      kube,
      "kube-apiserver",
      ...flags({
        // The bridge only; loopback is led there by our own nft table, and nobody else's packets are.
        "bind-address": network.node,
        "advertise-address": network.node,
        "secure-port": ports.api,
        "anonymous-auth": false,
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        "allow-privileged": true,
        "client-ca-file": authority,
        "tls-cert-file": own.certificate,
        "tls-private-key-file": own.key,
        "etcd-servers": `https://127.0.0.1:${ports.etcd}`,
        "etcd-cafile": files.pki("etcd-ca.crt"),
        "etcd-certfile": toEtcd.certificate,
        "etcd-keyfile": toEtcd.key,
        "encryption-provider-config": files.config("encryption.yaml"),
        "audit-policy-file": files.config("audit.yaml"),
        "audit-log-path": state("logs", "audit.log"),
        "audit-log-maxsize": 32,
        "audit-log-maxbackup": 2,
        "kubelet-certificate-authority": authority,
        "kubelet-client-certificate": toKubelet.certificate,
        "kubelet-client-key": toKubelet.key,
        // Else logs, exec and metrics look the node up by name.
        "kubelet-preferred-address-types": "InternalIP",
        "proxy-client-cert-file": front.certificate,
        "proxy-client-key-file": front.key,
        "requestheader-client-ca-file": files.pki("front-proxy-ca.crt"),
        "requestheader-allowed-names": "front-proxy",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-username-headers": "X-Remote-User",
        "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
        "service-account-key-file": files.pki("service-account.key"),
        "service-account-signing-key-file": files.pki("service-account.key"),
        "service-cluster-ip-range": network.services,
        profiling: false,
      }),
    ],
    after: ["etcd"],
    ready: https(`https://${network.node}:${ports.api}/readyz`),
  };
}

function controllerManager(kube: string): Component {
  const own = pair("controller-manager");
  const access = files.config("controller-manager.kubeconfig");
  return {
    name: "kube-controller-manager",
    grace: 0.3,
    command: [
      kube,
      "kube-controller-manager",
      ...flags({
        kubeconfig: access,
        "authentication-kubeconfig": access,
        "authorization-kubeconfig": access,
        "bind-address": "127.0.0.1",
        "secure-port": ports.controllerManager,
        "tls-cert-file": own.certificate,
        "tls-private-key-file": own.key,
        "client-ca-file": authority,
        "requestheader-client-ca-file": files.pki("front-proxy-ca.crt"),
        "root-ca-file": authority,
        "cluster-signing-cert-file": authority,
        "cluster-signing-key-file": files.pki("ca.key"),
        "service-account-private-key-file": files.pki("service-account.key"),
        "use-service-account-credentials": true,
        "allocate-node-cidrs": false,
        "leader-elect": false, // there is one of each
        "terminated-pod-gc-threshold": 100,
        // A developer waits for a scaling; upstream's numbers are meant for hundreds of nodes.
        "horizontal-pod-autoscaler-sync-period": "5s",
        "horizontal-pod-autoscaler-initial-readiness-delay": "10s",
        "horizontal-pod-autoscaler-cpu-initialization-period": "30s",
        "horizontal-pod-autoscaler-downscale-stabilization": "60s",
        profiling: false,
      }),
    ],
    after: ["kube-apiserver"],
    ready: https(`https://127.0.0.1:${ports.controllerManager}/healthz`),
  };
}

function scheduler(kube: string): Component {
  const own = pair("scheduler");
  const access = files.config("scheduler.kubeconfig");
  return {
    name: "kube-scheduler",
    grace: 0.3,
    command: [
      kube,
      "kube-scheduler",
      ...flags({
        kubeconfig: access,
        "authentication-kubeconfig": access,
        "authorization-kubeconfig": access,
        "bind-address": "127.0.0.1",
        "secure-port": ports.scheduler,
        "tls-cert-file": own.certificate,
        "tls-private-key-file": own.key,
        "client-ca-file": authority,
        "requestheader-client-ca-file": files.pki("front-proxy-ca.crt"),
        "leader-elect": false,
        profiling: false,
      }),
    ],
    after: ["kube-apiserver"],
    ready: https(`https://127.0.0.1:${ports.scheduler}/healthz`),
  };
}

function kubelet(kube: string, podNetwork?: Component): Component {
  return {
    name: "kubelet",
    grace: 0.5,
    command: [
      kube,
      "kubelet",
      ...flags({
        config: files.config("kubelet.yaml"),
        kubeconfig: files.config("kubelet.kubeconfig"),
        "root-dir": state("kubelet"),
        "cert-dir": state("kubelet", "pki"),
        "hostname-override": node,
        "node-ip": network.node,
        // Else what it counts of containers names no pod: it looks for containerd where a distribution has it.
        containerd: files.containerd,
      }),
    ],
    after: ["containerd", "kube-apiserver", ...(podNetwork ? [podNetwork.name] : [])],
    ready: http(`http://127.0.0.1:${ports.kubeletHealth}/healthz`),
  };
}

function proxy(kube: string): Component {
  return {
    name: "kube-proxy",
    grace: 0.3,
    command: [kube, "kube-proxy", ...flags({ config: files.config("proxy.yaml") })],
    after: ["kube-apiserver"],
    ready: http(`http://127.0.0.1:${ports.proxyHealth}/healthz`),
  };
}

/** Where the components' own clients speak to the API server: not by loopback, which is translated. */
export const directServer = `https://${network.node}:${ports.api}`;
export { server };
