/**
 * The network, closed but for what is needed. A namespace denies everything; each need (part → part) opens one way out
 * of the one and one way in to the other, and nothing else does.
 */
import type * as k8s from "@pulumi/kubernetes";
import type { Labels } from "./labels";

type Spec = k8s.types.input.networking.v1.NetworkPolicySpec;
type Egress = k8s.types.input.networking.v1.NetworkPolicyEgressRule;
type Ingress = k8s.types.input.networking.v1.NetworkPolicyIngressRule;
type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;

/** A place in the namespace, by the labels of its pods. */
export interface PodsAt {
  readonly pods: Labels;
  /** Tells apart the places of one need: `read`. */
  readonly called?: string | undefined;
  readonly ports: readonly number[];
}
/** A place outside the cluster. */
export interface RangeAt {
  /**
   * CIDR; or `internet`: everywhere but private ranges; or `anywhere`: the cluster's own API server has an address
   * that differs on every platform and that some network plugins count to no range at all.
   */
  readonly range: string;
  /** None for all. */
  readonly ports: readonly number[];
}
/** Pods of another namespace; all of them unless labels are given. */
export interface NamespaceAt {
  readonly namespace: string;
  readonly pods?: Labels | undefined;
  readonly ports: readonly number[];
}
export type Place = PodsAt | RangeAt | NamespaceAt;

/** All of both internets but private and link-local ranges: no way to the neighbours or to a cloud's metadata server. */
const INTERNET: Peer[] = [
  {
    ipBlock: {
      cidr: "0.0.0.0/0",
      except: ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
    },
  },
  { ipBlock: { cidr: "::/0", except: ["fc00::/7", "fe80::/10"] } },
];

/**
 * Where cluster DNS may answer: CoreDNS or kube-dns, and a node-local cache. Policies see the pod's port, which is 5353
 * where CoreDNS runs without the right to 53.
 */
const DNS: Egress = {
  ports: [53, 5353].flatMap((port) => ["UDP", "TCP"].map((protocol) => ({ port, protocol }))),
  to: [inNamespace("kube-system"), { ipBlock: { cidr: "169.254.20.10/32" } }],
};

/** Nothing in, nothing out, except asking for names. */
export const denyAllButDns: Spec = { egress: [DNS], podSelector: {}, policyTypes: ["Ingress", "Egress"] };

/** What the chosen pods may be reached from and may reach. */
export function allow(pods: Labels, ways: { from?: readonly Place[]; to?: readonly Place[] }): Spec {
  const from = ways.from ?? [];
  const to = ways.to ?? [];
  return {
    podSelector: { matchLabels: pods },
    ...(to.length > 0 ? { egress: to.map(egress) } : {}),
    ...(from.length > 0 ? { ingress: from.map(ingress) } : {}),
    policyTypes: [...(from.length > 0 ? ["Ingress"] : []), ...(to.length > 0 ? ["Egress"] : [])],
  };
}

function egress(place: Place): Egress {
  return { ...ports(place), ...sides("to", place) };
}

function ingress(place: Place): Ingress {
  return { ...sides("from", place), ...ports(place) };
}

/** No ports named means all of them, which Kubernetes spells by leaving the list out. */
function ports(place: Place): { ports?: { port: number; protocol: string }[] } {
  return place.ports.length === 0 ? {} : { ports: place.ports.map((port) => ({ port, protocol: "TCP" })) };
}

/** No sides named means everyone, which Kubernetes spells by leaving the list out. */
function sides(key: "from" | "to", place: Place): { from?: Peer[]; to?: Peer[] } {
  return "range" in place && place.range === "anywhere" ? {} : { [key]: peers(place) };
}

function peers(place: Place): Peer[] {
  if ("range" in place) return place.range === "internet" ? INTERNET : [{ ipBlock: { cidr: place.range } }];
  const pods = place.pods === undefined ? {} : { podSelector: { matchLabels: place.pods } };
  return "namespace" in place ? [{ ...inNamespace(place.namespace), ...pods }] : [pods];
}

function inNamespace(namespace: string): Peer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } };
}
