/** What the add-ons are put together from: accounts, their rights, and small servers that may do nothing else. */
import type { KubernetesObject } from "../kubectl";

/** By digest: a rebuilt image of the same version rolls its pods too. */
export type Images = (name: string) => string;

export const namespace = (name: string, level: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { "pod-security.kubernetes.io/enforce": level } },
});

export const account = (name: string, space: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace: space },
});

export interface Rule {
  apiGroups?: string[];
  resources?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

/** A cluster-wide role of that name, and the account of that name in it. */
export const mayEverywhere = (name: string, space: string, rules: Rule[]): KubernetesObject[] => [
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name }, rules },
  bindEverywhere(name, name, space),
];

export const bindEverywhere = (role: string, name: string, space: string): KubernetesObject => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: role === name ? name : `${name}:${role}` },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  subjects: [{ kind: "ServiceAccount", name, namespace: space }],
});

export const see = ["get", "list", "watch"];

export interface Server {
  name: string;
  image: string;
  space: string;
  args: string[];
  memory: string;
  container?: object;
  volumes?: object[];
}

export const deployment = ({
  name,
  image,
  space,
  args,
  memory,
  container,
  volumes,
}: Server): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: space, labels: { app: name } },
  spec: {
    replicas: 1,
    revisionHistoryLimit: 1,
    selector: { matchLabels: { app: name } },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        serviceAccountName: name,
        priorityClassName: "system-cluster-critical",
        enableServiceLinks: false,
        tolerations: [{ operator: "Exists", key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }],
        nodeSelector: { "kubernetes.io/os": "linux" },
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name,
            image,
            args,
            imagePullPolicy: "IfNotPresent",
            resources: { requests: { cpu: "10m", memory: "24Mi" }, limits: { memory } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
            ...container,
          },
        ],
        ...(volumes === undefined ? {} : { volumes }),
      },
    },
  },
});
