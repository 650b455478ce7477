/** The gateway: Traefik as the Gateway API's implementation, with its own middlewares for what the API has no word for. */
import * as pulumi from "@pulumi/pulumi";
import { cloudflareRanges } from "../config/cloudflare";
import { KubernetesResource } from "./manifests";
import { priority } from "./priority";
import type { PlatformSettings } from "./settings";

export interface TraefikArgs {
  image: string;
  gateway: PlatformSettings["gateway"];
}

const namespace = "slipway-gateway";
const labels = { "app.kubernetes.io/name": "traefik", "app.kubernetes.io/part-of": "slipway-platform" };
const ports = { web: 8000, websecure: 8443, admin: 9000 };
/** Drained before it stops: longer than the longest request a route may ask for by default. */
const drainSeconds = 30;

export class Traefik extends pulumi.ComponentResource {
  /** The GatewayClass that products' Gateways name. */
  readonly className = "traefik";

  constructor(
    name: string,
    args: TraefikArgs,
    options: pulumi.ComponentResourceOptions & { provider: pulumi.ProviderResource },
  ) {
    super("slipway:platform:Traefik", name, {}, options);
    const make = (
      child: string,
      apiVersion: string,
      kind: string,
      body: Record<string, unknown>,
      dependsOn: pulumi.Resource[] = [],
    ) =>
      new KubernetesResource(`${name}-${child}`, { apiVersion, kind, ...body }, { parent: this, dependsOn });

    const home = make("namespace", "v1", "Namespace", {
      metadata: {
        name: namespace,
        labels: {
          "pod-security.kubernetes.io/enforce":
            args.gateway.reach === "loopback" ? "privileged" : "restricted",
        },
      },
    });
    const account = make(
      "account",
      "v1",
      "ServiceAccount",
      { metadata: { name: "traefik", namespace, labels } },
      [home],
    );
    const role = make("role", "rbac.authorization.k8s.io/v1", "ClusterRole", {
      metadata: { name: "slipway-traefik", labels },
      rules,
    });
    const binding = make(
      "binding",
      "rbac.authorization.k8s.io/v1",
      "ClusterRoleBinding",
      {
        metadata: { name: "slipway-traefik", labels },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "slipway-traefik" },
        subjects: [{ kind: "ServiceAccount", name: "traefik", namespace }],
      },
      [account, role],
    );
    make("deployment", "apps/v1", "Deployment", deployment(args), [binding]);
    const outside = args.gateway.reach === "loadBalancer";
    make(
      "service",
      "v1",
      "Service",
      {
        metadata: {
          name: "traefik",
          namespace,
          labels,
          ...(args.gateway.reach === "loadBalancer" ? { annotations: args.gateway.annotations } : {}),
        },
        spec: {
          ...(outside
            ? {
                type: "LoadBalancer",
                // The client's own address must arrive, or allow lists and limits see only the node's.
                externalTrafficPolicy: "Local",
              }
            : { type: "ClusterIP" }), // for whoever looks at products from inside the cluster
          selector: labels,
          ports: [
            { name: "web", port: 80, targetPort: "web" },
            { name: "websecure", port: 443, targetPort: "websecure" },
          ],
        },
      },
      [home],
    );
    if (outside) {
      make(
        "pdb",
        "policy/v1",
        "PodDisruptionBudget",
        {
          metadata: { name: "traefik", namespace, labels },
          spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
        },
        [home],
      );
    }
    make("class", "gateway.networking.k8s.io/v1", "GatewayClass", {
      metadata: { name: this.className, labels },
      spec: { controllerName: "traefik.io/gateway-controller" },
    });
    this.registerOutputs({ className: this.className });
  }
}

function deployment({ image, gateway }: TraefikArgs): Record<string, unknown> {
  const loopback = gateway.reach === "loopback";
  const replicas = gateway.reach === "loopback" ? 1 : gateway.replicas;
  const hostPort = (port: number) => (loopback ? { hostIP: "127.0.0.1", hostPort: port } : {});
  return {
    metadata: { name: "traefik", namespace, labels },
    spec: {
      replicas,
      // A host port is free again only when the old pod is gone.
      strategy: loopback
        ? { type: "Recreate" }
        : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: priority.name,
          serviceAccountName: "traefik",
          terminationGracePeriodSeconds: drainSeconds + 10,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            fsGroup: 65532,
            seccompProfile: { type: "RuntimeDefault" },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: labels },
            },
          ],
          containers: [
            {
              name: "traefik",
              image,
              args: arguments_(gateway),
              ports: [
                {
                  name: "web",
                  containerPort: ports.web,
                  ...(gateway.reach === "loopback" ? hostPort(gateway.http) : {}),
                },
                {
                  name: "websecure",
                  containerPort: ports.websecure,
                  ...(gateway.reach === "loopback" ? hostPort(gateway.https) : {}),
                },
                { name: "admin", containerPort: ports.admin },
              ],
              readinessProbe: {
                httpGet: { path: "/ping", port: "admin" },
                periodSeconds: 2,
                failureThreshold: 2,
              },
              livenessProbe: {
                httpGet: { path: "/ping", port: "admin" },
                periodSeconds: 10,
                failureThreshold: 3,
              },
              resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { cpu: "2", memory: "384Mi" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
            },
          ],
          volumes: [{ name: "tmp", emptyDir: { sizeLimit: "256Mi" } }],
        },
      },
    },
  };
}

function arguments_(gateway: TraefikArgs["gateway"]): string[] {
  return [
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.level=INFO",
    "--log.format=json",
    `--entrypoints.web.address=:${ports.web}`,
    `--entrypoints.websecure.address=:${ports.websecure}`,
    `--entrypoints.admin.address=:${ports.admin}`,
    ...["web", "websecure"].flatMap((point) => [
      // Longer uploads and streams are allowed here; each route sets its own shorter limits.
      `--entrypoints.${point}.transport.respondingtimeouts.readtimeout=600s`,
      `--entrypoints.${point}.transport.respondingtimeouts.idletimeout=180s`,
      `--entrypoints.${point}.transport.lifecycle.requestacceptgracetimeout=5s`,
      `--entrypoints.${point}.transport.lifecycle.gracetimeout=${drainSeconds}s`,
      // Who a visitor is, only these may say; from anyone else the header is taken off.
      `--entrypoints.${point}.forwardedheaders.trustedips=${cloudflareRanges.join(",")}`,
    ]),
    "--ping=true",
    "--ping.entrypoint=admin",
    "--metrics.prometheus=true",
    "--metrics.prometheus.entrypoint=admin",
    "--metrics.prometheus.addrouterslabels=true",
    `--metrics.prometheus.buckets=${BUCKETS.join(",")}`,
    "--providers.kubernetesgateway=true",
    // Each Gateway says where it answers: products point their DNS records there.
    ...(gateway.reach === "loadBalancer"
      ? [
          `--providers.kubernetesgateway.statusaddress.service.namespace=${namespace}`,
          "--providers.kubernetesgateway.statusaddress.service.name=traefik",
        ]
      : []),
    "--providers.kubernetescrd=true",
    "--providers.kubernetescrd.allowcrossnamespace=false",
  ];
}

/** Seconds: fine around the usual promises, up to the longest that a route can make. Its own four end at five. */
const BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** What the two providers read and write, as Traefik's reference has it, in one role. */
const read = ["get", "list", "watch"];
const rules = [
  { apiGroups: [""], resources: ["namespaces", "services", "secrets", "configmaps", "nodes"], verbs: read },
  { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
  {
    apiGroups: ["gateway.networking.k8s.io"],
    resources: [
      "gatewayclasses",
      "gateways",
      "httproutes",
      "grpcroutes",
      "tcproutes",
      "tlsroutes",
      "referencegrants",
      "backendtlspolicies",
    ],
    verbs: read,
  },
  {
    apiGroups: ["gateway.networking.k8s.io"],
    resources: [
      "gatewayclasses/status",
      "gateways/status",
      "httproutes/status",
      "grpcroutes/status",
      "tcproutes/status",
      "tlsroutes/status",
      "backendtlspolicies/status",
    ],
    verbs: ["update"],
  },
  {
    apiGroups: ["traefik.io"],
    resources: [
      "middlewares",
      "middlewaretcps",
      "ingressroutes",
      "traefikservices",
      "ingressroutetcps",
      "ingressrouteudps",
      "tlsoptions",
      "tlsstores",
      "serverstransports",
      "serverstransporttcps",
    ],
    verbs: read,
  },
];
