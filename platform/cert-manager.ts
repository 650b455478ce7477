/**
 * Certificates: upstream's cert-manager, or, on the embedded cluster, the same controllers run from a build of
 * ours (toolchain/cert-manager) with a certificate authority of the cluster's own.
 */
import * as pulumi from "@pulumi/pulumi";
import { Manifests, KubernetesResource } from "./manifests";
import { priority, withPriority } from "./priority";
import { manifests, type KubernetesObject } from "./sources";
import { quiet } from "../toolchain/lib/progress";
import { sources } from "./versions";

const namespace = "cert-manager";
const labels = { "app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/part-of": "slipway-platform" };

export interface CertManagerArgs {
  /** The objects to install, from `certManagerObjects`. */
  objects: KubernetesObject[];
  /** The image of the embedded cluster's build; upstream's own Deployments when not given. */
  embedded?: string;
}

/** What has to be fetched before the component can be made. */
export const certManagerObjects = (embedded: boolean): Promise<KubernetesObject[]> =>
  embedded
    ? manifests("cert-manager-kinds", sources.certManagerKinds, quiet)
    : manifests("cert-manager", sources.certManager, quiet);

export class CertManager extends pulumi.ComponentResource {
  /** The ClusterIssuer of the cluster's own authority, where there is one. */
  readonly localIssuer: string | undefined;

  constructor(
    name: string,
    args: CertManagerArgs,
    options: pulumi.ComponentResourceOptions & { provider: pulumi.ProviderResource },
  ) {
    super("slipway:platform:CertManager", name, {}, options);
    const kinds = new Manifests(
      `${name}-manifests`,
      { objects: args.objects, change: withPriority },
      { parent: this, provider: options.provider },
    );
    if (args.embedded !== undefined) {
      const running = this.controllers(name, args.embedded, kinds.installed);
      this.localIssuer = this.authority(name, running);
    }
    this.registerOutputs({ localIssuer: this.localIssuer });
  }

  private make(
    name: string,
    apiVersion: string,
    kind: string,
    body: Record<string, unknown>,
    dependsOn: pulumi.Resource[],
  ) {
    return new KubernetesResource(name, { apiVersion, kind, ...body }, { parent: this, dependsOn });
  }

  private controllers(name: string, image: string, after: pulumi.Resource[]): pulumi.Resource[] {
    const home = this.make(
      `${name}-namespace`,
      "v1",
      "Namespace",
      {
        metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
      },
      [],
    );
    const account = this.make(
      `${name}-account`,
      "v1",
      "ServiceAccount",
      { metadata: { name: "cert-manager", namespace, labels } },
      [home],
    );
    const role = this.make(
      `${name}-role`,
      "rbac.authorization.k8s.io/v1",
      "ClusterRole",
      { metadata: { name: "slipway-cert-manager", labels }, rules },
      [],
    );
    const binding = this.make(
      `${name}-binding`,
      "rbac.authorization.k8s.io/v1",
      "ClusterRoleBinding",
      {
        metadata: { name: "slipway-cert-manager", labels },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "slipway-cert-manager" },
        subjects: [{ kind: "ServiceAccount", name: "cert-manager", namespace }],
      },
      [account, role],
    );
    const deployment = this.make(`${name}-deployment`, "apps/v1", "Deployment", controllerDeployment(image), [
      binding,
      ...after,
    ]);
    return [deployment];
  }

  /** A root of the cluster's own: self-signed, ten years, its key never leaves the cluster. */
  private authority(name: string, after: pulumi.Resource[]): string {
    const root = "slipway-local-root";
    const issuer = "slipway-local";
    const selfSigned = this.make(
      `${name}-selfsigned`,
      "cert-manager.io/v1",
      "ClusterIssuer",
      {
        metadata: { name: "slipway-selfsigned", labels },
        spec: { selfSigned: {} },
      },
      after,
    );
    const certificate = this.make(
      `${name}-root`,
      "cert-manager.io/v1",
      "Certificate",
      {
        metadata: { name: root, namespace, labels },
        spec: {
          isCA: true,
          commonName: "Slipway local authority",
          secretName: root,
          duration: "87600h",
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" },
          issuerRef: { name: "slipway-selfsigned", kind: "ClusterIssuer", group: "cert-manager.io" },
        },
      },
      [selfSigned],
    );
    this.make(
      `${name}-issuer`,
      "cert-manager.io/v1",
      "ClusterIssuer",
      {
        metadata: { name: issuer, labels },
        spec: { ca: { secretName: root } },
      },
      [certificate],
    );
    return issuer;
  }
}

function controllerDeployment(image: string): Record<string, unknown> {
  return {
    metadata: { name: "cert-manager", namespace, labels },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" }, // one leader: a second pod would only wait for the first to go
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: priority.name,
          serviceAccountName: "cert-manager",
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: "controller",
              image,
              env: [{ name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }],
              ports: [{ name: "metrics", containerPort: 9402 }],
              startupProbe: {
                httpGet: { path: "/healthz", port: "metrics" },
                periodSeconds: 1,
                failureThreshold: 60,
              },
              livenessProbe: {
                httpGet: { path: "/healthz", port: "metrics" },
                periodSeconds: 10,
                failureThreshold: 3,
              },
              readinessProbe: { httpGet: { path: "/healthz", port: "metrics" }, periodSeconds: 5 },
              resources: {
                requests: { cpu: "20m", memory: "48Mi" },
                limits: { cpu: "500m", memory: "192Mi" },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
            },
          ],
        },
      },
    },
  };
}

/** What the wired controllers read and write. */
const all = ["create", "delete", "get", "list", "patch", "update", "watch"];
const rules = [
  {
    apiGroups: ["cert-manager.io"],
    resources: [
      "certificates",
      "certificates/status",
      "certificates/finalizers",
      "certificaterequests",
      "certificaterequests/status",
      "certificaterequests/finalizers",
      "issuers",
      "issuers/status",
      "clusterissuers",
      "clusterissuers/status",
    ],
    verbs: all,
  },
  // The approver may approve for any issuer: there is no other approver here.
  {
    apiGroups: ["cert-manager.io"],
    resources: ["signers"],
    resourceNames: ["issuers.cert-manager.io/*", "clusterissuers.cert-manager.io/*"],
    verbs: ["approve"],
  },
  { apiGroups: [""], resources: ["secrets"], verbs: all },
  { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "patch", "update"] },
];
