/**
 * Backups: CloudNativePG's Barman plugin, and on the embedded cluster an S3 server to keep them in.
 *
 * Plugin and operator speak to each other over TLS with certificates of cert-manager's, which must be there. The S3
 * server speaks plain HTTP: it is reached from inside the one machine it is for, by database pods alone.
 */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { platform } from "../config";
import { withContainer, withImage } from "./change";
import { Manifests, KubernetesResource } from "./manifests";
import { priority, withPriority } from "./priority";
import type { KubernetesObject } from "./sources";

const { namespace, port, keys, bucket, service } = platform.backups;
const labels = { "app.kubernetes.io/name": service, "app.kubernetes.io/part-of": "slipway-platform" };
const DEPLOYMENT = "barman-cloud";
const VARIABLE = "SIDECAR_IMAGE";

export interface BackupsArgs {
  /** The plugin's objects, as upstream has them. */
  objects: KubernetesObject[];
  /** What the plugin runs from, and what it puts beside each database. */
  images: { plugin: string; sidecar: string };
  /** An S3 server on this cluster, by its image. @default - none: buckets are elsewhere */
  server?: { image: string; storage: string } | undefined;
}

export class Backups extends pulumi.ComponentResource {
  constructor(
    name: string,
    args: BackupsArgs,
    options: pulumi.ComponentResourceOptions & { provider: pulumi.ProviderResource },
  ) {
    super("slipway:platform:Backups", name, {}, options);
    const inside = { parent: this, provider: options.provider };
    new Manifests(`${name}-manifests`, { objects: args.objects, change: withImages(args.images) }, inside);
    if (args.server !== undefined) this.server(name, args.server);
    this.registerOutputs({});
  }

  private server(name: string, { image, storage }: NonNullable<BackupsArgs["server"]>): void {
    const make = (suffix: string, apiVersion: string, kind: string, body: object, after: pulumi.Resource[]) =>
      new KubernetesResource(
        `${name}-${suffix}`,
        { apiVersion, kind, ...body },
        { parent: this, dependsOn: after },
      );
    const named = (object: string) => ({ name: object, namespace, labels });
    const home = make(
      "namespace",
      "v1",
      "Namespace",
      { metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
      [],
    );
    const password = (suffix: string, length: number) =>
      new random.RandomPassword(`${name}-${suffix}`, { length, special: false }, { parent: this }).result;
    const secret = make(
      "keys",
      "v1",
      "Secret",
      {
        metadata: named(keys),
        stringData: { id: password("key-id", 20), key: password("key", 40) },
      },
      [home],
    );
    const disk = make(
      "disk",
      "v1",
      "PersistentVolumeClaim",
      {
        metadata: { ...named(service), annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
      },
      [home],
    );
    const closed = make(
      "network",
      "networking.k8s.io/v1",
      "NetworkPolicy",
      { metadata: named(service), spec: onlyDatabases },
      [home],
    );
    make("deployment", "apps/v1", "Deployment", deployment(image), [secret, disk, closed]);
    make(
      "service",
      "v1",
      "Service",
      {
        metadata: { ...named(service), annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { selector: labels, ports: [{ name: "s3", port, targetPort: "s3" }] },
      },
      [home],
    );
  }
}

/** Upstream's manifest names images of its own tests, and reserves nothing. */
export function withImages({ plugin, sidecar }: BackupsArgs["images"]) {
  const ours = withImage(DEPLOYMENT, plugin);
  const sized = withContainer(DEPLOYMENT, (container) => {
    container.resources = {
      requests: { cpu: "10m", memory: "64Mi" },
      limits: { cpu: "500m", memory: "256Mi" },
    };
  });
  return (object: KubernetesObject): KubernetesObject => {
    if (object.kind === "Secret" && VARIABLE in ((object.data as object | undefined) ?? {})) {
      return { ...object, data: { [VARIABLE]: Buffer.from(sidecar).toString("base64") } };
    }
    return object.metadata.name === DEPLOYMENT ? withPriority(sized(ours(object))) : object;
  };
}

/** Databases and the jobs that look after their backups, of whatever product. */
const onlyDatabases = {
  podSelector: { matchLabels: labels },
  policyTypes: ["Ingress", "Egress"],
  ingress: [
    {
      from: ["cnpg.io/cluster", platform.backups.label].map((key) => ({
        namespaceSelector: {},
        podSelector: { matchExpressions: [{ key, operator: "Exists" }] },
      })),
      ports: [{ port, protocol: "TCP" }],
    },
  ],
};

function deployment(image: string): object {
  const from = (key: string) => ({ valueFrom: { secretKeyRef: { name: keys, key } } });
  const user = 65532;
  return {
    metadata: { name: service, namespace, labels },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" }, // one disk, one server
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          priorityClassName: priority.name,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: user,
            runAsGroup: user,
            fsGroup: user,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: "s3",
              image,
              args: ["--port", `:${port}`, "--health", "/health", "--quiet", "posix", "/data"],
              env: [
                { name: "ROOT_ACCESS_KEY", ...from("id") },
                { name: "ROOT_SECRET_KEY", ...from("key") },
              ],
              ports: [{ name: "s3", containerPort: port }],
              readinessProbe: { httpGet: { path: "/health", port: "s3" }, periodSeconds: 2 },
              livenessProbe: { httpGet: { path: "/health", port: "s3" }, periodSeconds: 10 },
              resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "1", memory: "512Mi" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              // A bucket is a folder: kubelet makes it.
              volumeMounts: [
                { name: "root", mountPath: "/data" },
                { name: "disk", mountPath: `/data/${bucket}`, subPath: bucket },
              ],
            },
          ],
          volumes: [
            { name: "root", emptyDir: { sizeLimit: "64Mi" } },
            { name: "disk", persistentVolumeClaim: { claimName: service } },
          ],
        },
      },
    },
  };
}
