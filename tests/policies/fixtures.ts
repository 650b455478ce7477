/** One object of each kind that breaks no rule. Tests break one thing at a time. */

// Loose on purpose: tests reach into any depth to break something.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loose = any;

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
export const image = (name: string) => `ghcr.io/acme/${name}:1.2.3@${digest}`;

export const labels = (name: string) => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "shop",
  "app.kubernetes.io/managed-by": "slipway",
});
export const selector = (name: string) => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "shop",
});

const container = (name: string): Loose => ({
  name,
  image: image(name),
  command: ["/app/server"],
  args: ["--listen", "0.0.0.0:8080", "--password=$(DATABASE_PASSWORD)"],
  env: [
    { name: "LOG_LEVEL", value: "info" },
    { name: "TOKEN_TTL", value: "900" },
    { name: "TOKEN_FILE", value: "/run/secrets/token" },
    { name: "DATABASE_PASSWORD", valueFrom: { secretKeyRef: { name: "shop-postgres", key: "password" } } },
    { name: "CACHE_URL", value: "redis://:$(REDIS_PASSWORD)@shop-redis:6379/0" },
  ],
  ports: [{ name: "http", containerPort: 8080 }],
  livenessProbe: { httpGet: { path: "/health", port: "http" } },
  readinessProbe: { httpGet: { path: "/ready", port: "http" } },
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
  },
  volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
});

const without = (object: Loose, ...keys: string[]): Loose =>
  Object.fromEntries(Object.entries(object as object).filter(([key]) => !keys.includes(key)));

export function podSpec(name: string): Loose {
  return {
    automountServiceAccountToken: false,
    containers: [container(name)],
    initContainers: [
      without(container("migrate"), "ports", "livenessProbe", "readinessProbe"),
      { ...container("proxy"), restartPolicy: "Always", ports: [{ name: "proxy", containerPort: 9000 }] },
    ],
    securityContext: {
      fsGroup: 10001,
      runAsGroup: 10001,
      runAsNonRoot: true,
      runAsUser: 10001,
      seccompProfile: { type: "RuntimeDefault" },
      supplementalGroups: [10002],
    },
    serviceAccountName: name,
    terminationGracePeriodSeconds: 30,
    topologySpreadConstraints: [
      {
        labelSelector: { matchLabels: selector(name) },
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
      },
    ],
    volumes: [
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
      { name: "config", configMap: { name } },
    ],
  };
}

const template = (name: string) => ({ metadata: { labels: labels(name) }, spec: podSpec(name) });
const runOnce = (name: string) => ({
  metadata: { labels: labels(name) },
  spec: { ...without(podSpec(name), "topologySpreadConstraints"), restartPolicy: "Never" },
});
const meta = (name: string) => ({ name, namespace: "shop", labels: labels(name) });
const object = (apiVersion: string, kind: string, rest: Loose, name = "api"): Loose => ({
  apiVersion,
  kind,
  metadata: meta(name),
  ...rest,
});

const acme = {
  acme: {
    server: "https://acme-v02.api.letsencrypt.org/directory",
    privateKeySecretRef: { name: "letsencrypt-account" },
    solvers: [{ http01: { gatewayHTTPRoute: { parentRefs: [{ name: "api" }] } } }],
  },
};
const watching = () => ({
  replicas: 1,
  resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "512Mi" } },
});

const jobSpec = (name: string) => ({ activeDeadlineSeconds: 600, backoffLimit: 2, template: runOnce(name) });

export const fixtures = {
  Pod: () => object("v1", "Pod", { spec: podSpec("api") }),
  Deployment: () =>
    object("apps/v1", "Deployment", {
      spec: { replicas: 2, selector: { matchLabels: selector("api") }, template: template("api") },
    }),
  /** An autoscaler owns its replicas: the API server writes 1 until that has spoken. */
  ScaledDeployment: () =>
    object("apps/v1", "Deployment", {
      spec: { selector: { matchLabels: selector("api") }, template: template("api") },
    }),
  StatefulSet: () =>
    object("apps/v1", "StatefulSet", {
      spec: {
        replicas: 1,
        serviceName: "api",
        selector: { matchLabels: selector("api") },
        template: template("api"),
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
          },
        ],
      },
    }),
  DaemonSet: () =>
    object("apps/v1", "DaemonSet", {
      spec: { selector: { matchLabels: selector("api") }, template: template("api") },
    }),
  ReplicaSet: () =>
    object("apps/v1", "ReplicaSet", {
      spec: { replicas: 2, selector: { matchLabels: selector("api") }, template: template("api") },
    }),
  Job: () => object("batch/v1", "Job", { spec: jobSpec("api") }),
  CronJob: () =>
    object("batch/v1", "CronJob", {
      spec: { schedule: "0 3 * * *", concurrencyPolicy: "Forbid", jobTemplate: { spec: jobSpec("api") } },
    }),
  Service: () =>
    object("v1", "Service", {
      spec: {
        type: "ClusterIP",
        selector: selector("api"),
        ports: [{ name: "http", port: 80, targetPort: "http" }],
      },
    }),
  LoadBalancer: () =>
    object("v1", "Service", {
      spec: {
        type: "LoadBalancer",
        selector: selector("gateway"),
        ports: [
          { name: "web", port: 80, targetPort: 8000 },
          { name: "websecure", port: 443, targetPort: 8443 },
        ],
      },
    }),
  ConfigMap: () =>
    object("v1", "ConfigMap", {
      data: {
        "app.yaml": "log: info\ntoken_ttl: 900\n",
        PASSWORD_MIN_LENGTH: "12",
        DATABASE_URL: "postgresql://api@shop-postgres-rw:5432/shop?sslmode=verify-full",
      },
    }),
  Namespace: () => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: "shop",
      labels: { ...labels("shop"), "pod-security.kubernetes.io/enforce": "restricted" },
      annotations: { "slipway.dev/owner": "team-shop" },
    },
  }),
  NetworkPolicy: () =>
    object("networking.k8s.io/v1", "NetworkPolicy", {
      spec: {
        podSelector: { matchLabels: selector("api") },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          {
            from: [{ podSelector: { matchLabels: selector("web") } }],
            ports: [{ port: 8080, protocol: "TCP" }],
          },
        ],
        egress: [
          {
            to: [{ podSelector: { matchLabels: selector("postgres") } }],
            ports: [{ port: 5432, protocol: "TCP" }],
          },
        ],
      },
    }),
  Ingress: () =>
    object("networking.k8s.io/v1", "Ingress", {
      spec: {
        tls: [{ hosts: ["app.example.com"], secretName: "app-tls" }],
        rules: [
          {
            host: "app.example.com",
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: "api", port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    }),
  PodDisruptionBudget: () =>
    object("policy/v1", "PodDisruptionBudget", {
      spec: { maxUnavailable: 1, selector: { matchLabels: selector("api") } },
    }),
  HorizontalPodAutoscaler: () =>
    object("autoscaling/v2", "HorizontalPodAutoscaler", {
      spec: {
        minReplicas: 2,
        maxReplicas: 6,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "api" },
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
          },
        ],
      },
    }),
  Role: () =>
    object("rbac.authorization.k8s.io/v1", "Role", {
      rules: [
        { apiGroups: [""], resources: ["configmaps"], resourceNames: ["api"], verbs: ["get", "watch"] },
      ],
    }),
  ClusterRole: () => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "shop-node-reader", labels: labels("node-reader") },
    rules: [{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] }],
  }),
  RoleBinding: () =>
    object("rbac.authorization.k8s.io/v1", "RoleBinding", {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "api" },
      subjects: [{ kind: "ServiceAccount", name: "api", namespace: "shop" }],
    }),
  ClusterRoleBinding: () => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "shop-node-reader", labels: labels("node-reader") },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "shop-node-reader" },
    subjects: [{ kind: "ServiceAccount", name: "api", namespace: "shop" }],
  }),
  Gateway: () =>
    object("gateway.networking.k8s.io/v1", "Gateway", {
      spec: {
        gatewayClassName: "traefik",
        listeners: [
          { name: "web", port: 8000, protocol: "HTTP" },
          {
            name: "websecure",
            port: 8443,
            protocol: "HTTPS",
            hostname: "app.example.com",
            tls: { mode: "Terminate", certificateRefs: [{ name: "app-tls" }] },
          },
        ],
      },
    }),
  TLSOption: () =>
    object("traefik.io/v1alpha1", "TLSOption", { spec: { minVersion: "VersionTLS12", sniStrict: true } }),
  ServersTransport: () =>
    object("traefik.io/v1alpha1", "ServersTransport", {
      spec: { serverName: "api.internal", insecureSkipVerify: false },
    }),
  Certificate: () =>
    object("cert-manager.io/v1", "Certificate", {
      spec: {
        secretName: "app-tls",
        dnsNames: ["app.example.com"],
        duration: "2160h",
        renewBefore: "720h",
        issuerRef: { kind: "ClusterIssuer", name: "letsencrypt" },
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      },
    }),
  ClusterIssuer: () => ({
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: "letsencrypt", labels: labels("letsencrypt") },
    spec: structuredClone(acme),
  }),
  Issuer: () => object("cert-manager.io/v1", "Issuer", { spec: structuredClone(acme) }, "letsencrypt"),
  Cluster: () =>
    object(
      "postgresql.cnpg.io/v1",
      "Cluster",
      {
        spec: {
          instances: 3,
          imageName: image("postgresql"),
          storage: { size: "10Gi" },
          enableSuperuserAccess: false,
          resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
          postgresql: {
            parameters: { archive_timeout: "5min", ssl_min_protocol_version: "TLSv1.2" },
            pg_hba: ["hostssl all all all scram-sha-256", "hostnossl all all all reject"],
          },
          plugins: [
            {
              name: "barman-cloud.cloudnative-pg.io",
              isWALArchiver: true,
              parameters: { barmanObjectName: "postgres" },
            },
          ],
        },
      },
      "postgres",
    ),
  Pooler: () =>
    object(
      "postgresql.cnpg.io/v1",
      "Pooler",
      {
        spec: {
          cluster: { name: "postgres" },
          instances: 2,
          type: "rw",
          pgbouncer: {
            poolMode: "transaction",
            parameters: { client_tls_sslmode: "require", server_tls_sslmode: "verify-ca" },
          },
          template: {
            metadata: { labels: labels("pooler") },
            spec: {
              containers: [
                {
                  name: "pgbouncer",
                  resources: {
                    requests: { cpu: "100m", memory: "64Mi" },
                    limits: { cpu: "500m", memory: "64Mi" },
                  },
                },
              ],
            },
          },
        },
      },
      "pooler",
    ),
  ScheduledBackup: () =>
    object(
      "postgresql.cnpg.io/v1",
      "ScheduledBackup",
      {
        spec: {
          schedule: "0 0 2 * * *",
          cluster: { name: "postgres" },
          method: "plugin",
          pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
        },
      },
      "postgres",
    ),
  ObjectStore: () =>
    object(
      "barmancloud.cnpg.io/v1",
      "ObjectStore",
      {
        spec: {
          retentionPolicy: "30d",
          configuration: {
            destinationPath: "s3://shop-backups/",
            endpointURL: "https://s3.eu-central-1.amazonaws.com",
            s3Credentials: { inheritFromIAMRole: true },
            data: { compression: "gzip", encryption: "AES256" },
            wal: { compression: "gzip" },
          },
        },
      },
      "postgres",
    ),
  Prometheus: () => object("monitoring.coreos.com/v1", "Prometheus", { spec: watching() }, "prometheus"),
  Alertmanager: () =>
    object("monitoring.coreos.com/v1", "Alertmanager", { spec: watching() }, "alertmanager"),
} satisfies Record<string, () => Loose>;

export type FixtureName = keyof typeof fixtures;
