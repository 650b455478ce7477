/**
 * One broken thing a line: what it is done to, how, the rule that must find it, where, and the exact words. The same
 * table drives the tests through CrossGuard and, on a real API server, through the admission policies.
 */
import type { FixtureName, Loose } from "../fixtures";

export interface Case {
  readonly rule: string;
  readonly on: FixtureName;
  readonly breaks: string;
  readonly change: (object: Loose) => void;
  readonly property: string;
  readonly message: string;
  /** The stack's configuration, where it matters. */
  readonly config?: Record<string, unknown>;
  /** Other rules that the same break concerns. */
  readonly also?: readonly string[];
  /** Why the API server itself refuses such an object before any policy sees it. */
  readonly refused?: string;
}

const pod = "spec.template.spec";
const api = `${pod}.containers[0]`;
const spec = (object: Loose): Loose => object.spec.template.spec;
const first = (object: Loose): Loose => spec(object).containers[0];

/** Cases of a rule: each line is fixture, what breaks, how, property, message. */
type Line = readonly [
  on: FixtureName,
  breaks: string,
  change: (object: Loose) => void,
  property: string,
  message: string,
  more?: Partial<Case>,
];
const of = (rule: string, ...lines: Line[]): Case[] =>
  lines.map(([on, breaks, change, property, message, more]) => ({
    rule,
    on,
    breaks,
    change,
    property,
    message,
    ...more,
  }));

const env = (value: Loose) => (object: Loose) => void first(object).env.push(value);

// One case a line, however long: a table is read down its columns.
// prettier-ignore
export const cases: readonly Case[] = [
  ...of("pods-are-not-privileged", ["Deployment", "a privileged container", (o) => (first(o).securityContext.privileged = true), `${api}.securityContext.privileged`, "container api is privileged", { refused: "privileged contradicts allowPrivilegeEscalation: false" }], ["Deployment", "a privileged container that may escalate", (o) => Object.assign(first(o).securityContext, { privileged: true, allowPrivilegeEscalation: true }), `${api}.securityContext.privileged`, "container api is privileged", { also: ["pods-gain-no-privileges"] }]),
  ...of(
    "pods-stay-out-of-host-namespaces",
    [
      "Job",
      "the host's network",
      (o) => {
        spec(o).hostNetwork = true;
        delete spec(o).containers[0].ports;
        delete spec(o).initContainers;
      },
      `${pod}.hostNetwork`,
      "the pod is on its node's network, past every NetworkPolicy",
    ],
    ["Pod", "the host's processes", (o) => (o.spec.hostPID = true), "spec.hostPID", "the pod sees and can signal its node's processes"],
    ["CronJob", "the host's memory", (o) => (o.spec.jobTemplate.spec.template.spec.hostIPC = true), "spec.jobTemplate.spec.template.spec.hostIPC", "the pod shares memory with its node's processes"],
  ),
  ...of("pods-mount-no-host-paths", ["DaemonSet", "a folder of the node", (o) => (spec(o).volumes[1] = { name: "logs", hostPath: { path: "/var/log" } }), `${pod}.volumes[1].hostPath`, "volume logs is a folder of the node"]),
  ...of(
    "pods-run-as-non-root",
    [
      "Deployment",
      "nothing said of root anywhere",
      (o) => {
        delete first(o).securityContext.runAsNonRoot;
        delete spec(o).securityContext.runAsNonRoot;
      },
      `${api}.securityContext.runAsNonRoot`,
      "container api may run as root",
    ],
    ["StatefulSet", "a container against its pod", (o) => (first(o).securityContext.runAsNonRoot = false), `${api}.securityContext.runAsNonRoot`, "container api may run as root"],
    ["Job", "an init container", (o) => (spec(o).initContainers[0].securityContext.runAsNonRoot = false), `${pod}.initContainers[0].securityContext.runAsNonRoot`, "container migrate may run as root"],
    ["CronJob", "a sidecar", (o) => (o.spec.jobTemplate.spec.template.spec.initContainers[1].securityContext.runAsNonRoot = false), "spec.jobTemplate.spec.template.spec.initContainers[1].securityContext.runAsNonRoot", "container proxy may run as root"],
    [
      "Pod",
      "a debugging container",
      (o) =>
        (o.spec.ephemeralContainers = [
          {
            ...o.spec.containers[0],
            name: "debug",
            securityContext: { ...o.spec.containers[0].securityContext, runAsNonRoot: false },
          },
        ]),
      "spec.ephemeralContainers[0].securityContext.runAsNonRoot",
      "container debug may run as root",
      { refused: "debugging containers come by a way of their own" },
    ],
  ),
  ...of("pods-gain-no-privileges", ["Deployment", "nothing said", (o) => delete first(o).securityContext.allowPrivilegeEscalation, `${api}.securityContext.allowPrivilegeEscalation`, "container api can gain privileges through setuid programs"], ["ReplicaSet", "a sidecar that may", (o) => (spec(o).initContainers[1].securityContext.allowPrivilegeEscalation = true), `${pod}.initContainers[1].securityContext.allowPrivilegeEscalation`, "container proxy can gain privileges through setuid programs"]),
  ...of(
    "pods-drop-capabilities",
    ["Deployment", "none dropped", (o) => delete first(o).securityContext.capabilities, `${api}.securityContext.capabilities.drop`, "container api keeps its runtime's default capabilities"],
    ["Deployment", "one dropped", (o) => (first(o).securityContext.capabilities.drop = ["NET_RAW"]), `${api}.securityContext.capabilities.drop`, "container api keeps its runtime's default capabilities"],
    ["Deployment", "one added", (o) => (first(o).securityContext.capabilities.add = ["SYS_ADMIN"]), `${api}.securityContext.capabilities.add`, "container api adds capabilities"],
    ["Deployment", "another added", (o) => (first(o).securityContext.capabilities.add = ["NET_RAW"]), `${api}.securityContext.capabilities.add`, "container api adds capabilities"],
  ),
  ...of(
    "pods-keep-kernel-guards",
    ["Deployment", "AppArmor off", (o) => (first(o).securityContext.appArmorProfile = { type: "Unconfined" }), `${api}.securityContext`, "container api loosens the kernel's guards"],
    ["Deployment", "AppArmor off for the pod", (o) => (spec(o).securityContext.appArmorProfile = { type: "Unconfined" }), `${pod}.securityContext`, "the pod loosens the kernel's guards"],
    ["Deployment", "an SELinux role", (o) => (first(o).securityContext.seLinuxOptions = { role: "sysadm_r" }), `${api}.securityContext.seLinuxOptions`, "container api chooses an SELinux user or role"],
    ["Deployment", "a kernel setting", (o) => (spec(o).securityContext.sysctls = [{ name: "net.core.somaxconn", value: "1024" }]), `${pod}.securityContext.sysctls`, "the pod changes kernel settings"],
  ),
  ...of("pods-open-no-host-ports", ["Deployment", "a port of the node", (o) => (first(o).ports[0].hostPort = 8080), `${api}.ports`, "container api opens a port on its node, past every Service and gateway"]),
  ...of(
    "pods-name-user-and-group",
    ["Deployment", "no user", (o) => delete spec(o).securityContext.runAsUser, `${api}.securityContext.runAsUser`, "container api runs as whatever user its image says, or as user 0"],
    ["Deployment", "no group", (o) => delete spec(o).securityContext.runAsGroup, `${api}.securityContext.runAsGroup`, "container api runs in whatever group its image says, or in group 0"],
    ["Deployment", "user 0", (o) => (first(o).securityContext.runAsUser = 0), `${api}.securityContext.runAsUser`, "container api runs as whatever user its image says, or as user 0"],
    ["Deployment", "root's group on volumes", (o) => (spec(o).securityContext.fsGroup = 0), `${pod}.securityContext.fsGroup`, "volumes belong to root's group"],
    ["Deployment", "root's group besides", (o) => (spec(o).securityContext.supplementalGroups = [0]), `${pod}.securityContext.supplementalGroups`, "processes are in root's group besides"],
  ),
  ...of("pods-filter-system-calls", ["Deployment", "no profile", (o) => delete spec(o).securityContext.seccompProfile, `${api}.securityContext.seccompProfile.type`, "container api may make any system call"], ["Deployment", "a container without", (o) => (first(o).securityContext.seccompProfile = { type: "Unconfined" }), `${api}.securityContext.seccompProfile.type`, "container api may make any system call"]),
  ...of("pods-have-read-only-root", ["Deployment", "a writable root", (o) => (first(o).securityContext.readOnlyRootFilesystem = false), `${api}.securityContext.readOnlyRootFilesystem`, "container api can write to its root file system"]),
  ...of("pods-hold-no-api-token", ["Deployment", "nothing said", (o) => delete spec(o).automountServiceAccountToken, `${pod}.automountServiceAccountToken`, "the pod is handed a token for the Kubernetes API without asking"], ["Deployment", "the default account's token", (o) => Object.assign(spec(o), { automountServiceAccountToken: true, serviceAccountName: "default" }), `${pod}.automountServiceAccountToken`, "the pod is handed a token for the Kubernetes API without asking"]),
  ...of(
    "pods-limit-resources",
    ["Deployment", "no CPU request", (o) => delete first(o).resources.requests.cpu, `${api}.resources.requests.cpu`, "container api has no cpu request: the scheduler cannot keep a place for it"],
    [
      "Deployment",
      "no memory request and limit",
      (o) => {
        delete first(o).resources.requests.memory;
        delete first(o).resources.limits.memory;
      },
      `${api}.resources.requests.memory`,
      "container api has no memory request: the scheduler cannot keep a place for it",
    ],
    ["Pod", "no CPU limit", (o) => delete o.spec.containers[0].resources.limits.cpu, "spec.containers[0].resources.limits.cpu", "container api has no cpu limit: it can starve its neighbours"],
    ["CronJob", "an init container without a memory limit", (o) => delete o.spec.jobTemplate.spec.template.spec.initContainers[0].resources.limits.memory, "spec.jobTemplate.spec.template.spec.initContainers[0].resources.limits.memory", "container migrate has no memory limit: it can take its node down"],
    ["DaemonSet", "a sidecar without resources", (o) => delete spec(o).initContainers[1].resources, `${pod}.initContainers[1].resources.limits.memory`, "container proxy has no memory limit: it can take its node down"],
  ),
  ...of("operated-pods-limit-resources", ["Cluster", "no resources", (o) => delete o.spec.resources, "spec.resources.limits.memory", "the pods of this resource have no memory limit"], ["Prometheus", "no CPU limit", (o) => delete o.spec.resources.limits.cpu, "spec.resources.limits.cpu", "the pods of this resource have no cpu limit"], ["Alertmanager", "no CPU request", (o) => delete o.spec.resources.requests.cpu, "spec.resources.requests.cpu", "the pods of this resource have no cpu request"], ["Cluster", "no memory request", (o) => delete o.spec.resources.requests.memory, "spec.resources.requests.memory", "the pods of this resource have no memory request"]),
  ...of("poolers-limit-resources", ["Pooler", "no template", (o) => delete o.spec.template, "spec.template.spec.containers", "the pooler's pods have no memory limit"], ["Pooler", "no memory limit", (o) => delete o.spec.template.spec.containers[0].resources.limits.memory, "spec.template.spec.containers", "the pooler's pods have no memory limit"], ["Pooler", "no CPU limit", (o) => delete o.spec.template.spec.containers[0].resources.limits.cpu, "spec.template.spec.containers", "the pooler's pods have no cpu limit"], ["Pooler", "no CPU request", (o) => delete o.spec.template.spec.containers[0].resources.requests.cpu, "spec.template.spec.containers", "the pooler's pods have no cpu request"], ["Pooler", "no memory request", (o) => delete o.spec.template.spec.containers[0].resources.requests.memory, "spec.template.spec.containers", "the pooler's pods have no memory request"]),
  ...of("pods-are-probed", ["Deployment", "no liveness probe", (o) => delete first(o).livenessProbe, `${api}.livenessProbe`, "container api hangs unnoticed: it has ports and no liveness probe"], ["StatefulSet", "no readiness probe", (o) => delete first(o).readinessProbe, `${api}.readinessProbe`, "container api gets traffic before it is ready: it has ports and no readiness probe"], ["DaemonSet", "a sidecar without a probe", (o) => delete spec(o).initContainers[1].livenessProbe, `${pod}.initContainers[1].livenessProbe`, "container proxy hangs unnoticed: it has ports and no liveness probe"]),
  ...of("pods-stop-gracefully", ["Deployment", "no time to stop", (o) => (spec(o).terminationGracePeriodSeconds = 0), `${pod}.terminationGracePeriodSeconds`, "the pod is killed in the middle of its requests"]),
  ...of("autoscalers-have-room", ["HorizontalPodAutoscaler", "nowhere to go", (o) => (o.spec.maxReplicas = 2), "spec.maxReplicas", "the autoscaler has nowhere to go"], ["HorizontalPodAutoscaler", "one at least", (o) => (o.spec.minReplicas = 1), "spec.minReplicas", "in quiet hours one pod's end is an outage"]),
  ...of(
    "disruption-budgets-allow-drains",
    ["PodDisruptionBudget", "none may go", (o) => (o.spec.maxUnavailable = 0), "spec.maxUnavailable", "the budget lets no pod go"],
    [
      "PodDisruptionBudget",
      "all must stay",
      (o) => {
        delete o.spec.maxUnavailable;
        o.spec.minAvailable = "100%";
      },
      "spec.minAvailable",
      "the budget lets no pod go",
    ],
  ),
  ...of("jobs-end", ["Job", "no deadline", (o) => delete o.spec.activeDeadlineSeconds, "spec.activeDeadlineSeconds", "a job that hangs runs for ever"], ["CronJob", "runs on top of runs", (o) => delete o.spec.concurrencyPolicy, "spec.concurrencyPolicy", "a slow run is overtaken by the next"]),
  ...of("images-are-pinned", ["Deployment", "a tag alone", (o) => (first(o).image = "ghcr.io/acme/api:1.2.3"), `${api}.image`, "container api runs whatever its tag points to at the moment"]),
  ...of(
    "images-are-versioned",
    ["Deployment", "latest, in a local stack", (o) => (first(o).image = "ghcr.io/acme/api:latest"), `${api}.image`, "container api runs `latest`, which is never the same twice", { config: { tier: "local" } }],
    ["Deployment", "latest", (o) => (first(o).image = "ghcr.io/acme/api:latest"), `${api}.image`, "container api runs `latest`, which is never the same twice", { also: ["images-are-pinned"] }],
    ["Deployment", "no tag", (o) => (first(o).image = "ghcr.io:443/acme/api"), `${api}.image`, "container api runs `latest`, which is never the same twice", { also: ["images-are-pinned", "images-come-from-known-registries"] }],
  ),
  ...of("images-come-from-known-registries", ["Deployment", "another registry", (o) => (first(o).image = first(o).image.replace("ghcr.io", "registry.example.net")), `${api}.image`, "container api comes from a registry that is not allowed"], ["Deployment", "an image that is only on someone's machine", (o) => (first(o).image = first(o).image.replace("ghcr.io", "slipway.local")), `${api}.image`, "container api comes from a registry that is not allowed"],
    ["Deployment", "a registry that only ends alike", (o) => (first(o).image = first(o).image.replace("ghcr.io", "evil-ghcr.io")), `${api}.image`, "container api comes from a registry that is not allowed"]),
  ...of("operated-images-are-known", ["Cluster", "a registry nobody knows", (o) => (o.spec.imageName = o.spec.imageName.replace("ghcr.io", "evil.example.com")), "spec.imageName", "its pods run an image of a registry that is not allowed"], ["Prometheus", "no version", (o) => (o.spec.image = "quay.io/prometheus/prometheus"), "spec.image", "its pods run `latest`, which is never the same twice"], ["Prometheus", "a registry nobody knows", (o) => (o.spec.image = "evil.example.com/prometheus:v3.0.0"), "spec.image", "its pods run an image of a registry that is not allowed"], ["Alertmanager", "the latest", (o) => (o.spec.image = "quay.io/prometheus/alertmanager:latest"), "spec.image", "its pods run `latest`, which is never the same twice"]),
  ...of("namespaces-name-their-owner", ["Namespace", "no owner", (o) => delete o.metadata.annotations["slipway.dev/owner"], 'metadata.annotations["slipway.dev/owner"]', "nobody knows whom to call about the namespace"], ["Namespace", "an empty owner", (o) => (o.metadata.annotations["slipway.dev/owner"] = ""), 'metadata.annotations["slipway.dev/owner"]', "nobody knows whom to call about the namespace"]),
  ...of("postgres-image-is-pinned", ["Cluster", "a tag alone", (o) => (o.spec.imageName = "ghcr.io/cloudnative-pg/postgresql:17.6"), "spec.imageName", "the next failover may bring another version of Postgres"], ["Cluster", "the operator's choice", (o) => delete o.spec.imageName, "spec.imageName", "the next failover may bring another version of Postgres"]),
  ...of("gateways-use-tls", ["Gateway", "plain HTTP alone", (o) => o.spec.listeners.pop(), "spec.listeners[0].protocol", "listener web is open without TLS"], ["Gateway", "plain TCP", (o) => Object.assign(o.spec.listeners[0], { name: "raw", protocol: "TCP" }), "spec.listeners[0].protocol", "listener raw is open without TLS"], ["Gateway", "no certificate", (o) => delete o.spec.listeners[1].tls.certificateRefs, "spec.listeners[1].tls.certificateRefs", "listener websecure has no certificate", { refused: "Terminate wants certificateRefs" }]),
  ...of("ingresses-use-tls", ["Ingress", "no TLS", (o) => delete o.spec.tls, "spec.tls", "the Ingress answers without TLS"], ["Ingress", "a host without a certificate", (o) => o.spec.rules.push({ ...o.spec.rules[0], host: "old.example.com" }), "spec.rules", "a host of the Ingress has no certificate"]),
  ...of(
    "services-expose-only-tls",
    ["Service", "a port on every node", (o) => (o.spec.type = "NodePort"), "spec.type", "the Service opens a port on every node"],
    ["LoadBalancer", "port 80 alone", (o) => o.spec.ports.pop(), "spec.ports", "the load balancer takes plain connections"],
    ["LoadBalancer", "a database port", (o) => o.spec.ports.push({ name: "postgres", port: 5432 }), "spec.ports", "the load balancer takes plain connections"],
    ["Service", "someone else's address", (o) => (o.spec.externalIPs = ["203.0.113.7"]), "spec.externalIPs", "the Service takes over addresses that may be someone else's (CVE-2020-8554)"],
  ),
  ...of("tls-is-at-least-1-2", ["TLSOption", "TLS 1.0", (o) => (o.spec.minVersion = "VersionTLS10"), "spec.minVersion", "the gateway takes versions of TLS that are broken"], ["TLSOption", "nothing said", (o) => delete o.spec.minVersion, "spec.minVersion", "the gateway takes versions of TLS that are broken"]),
  ...of("backends-are-verified", ["ServersTransport", "any certificate", (o) => (o.spec.insecureSkipVerify = true), "spec.insecureSkipVerify", "the gateway trusts any certificate"]),
  ...of(
    "certificates-renew-themselves",
    ["Certificate", "no issuer", (o) => delete o.spec.issuerRef.name, "spec.issuerRef.name", "nobody issues this certificate", { refused: "the CRD wants a name" }],
    ["Certificate", "an issuer without a name", (o) => (o.spec.issuerRef.name = ""), "spec.issuerRef.name", "nobody issues this certificate"],
    ["Certificate", "two years", (o) => (o.spec.duration = "17520h"), "spec.duration", "the certificate lives longer than browsers accept"],
    ["Certificate", "renewed in the last hour", (o) => (o.spec.renewBefore = "1h"), "spec.renewBefore", "there is no time left to mend a failed renewal"],
    ["Certificate", "one key for ever", (o) => (o.spec.privateKey.rotationPolicy = "Never"), "spec.privateKey.rotationPolicy", "the same private key is kept for ever"],
  ),
  ...of("issuers-are-trustworthy", ["ClusterIssuer", "plain HTTP", (o) => (o.spec.acme.server = "http://acme.example.com/dir"), "spec.acme.server", "anyone on the way can hand out certificates"], ["Issuer", "plain HTTP", (o) => (o.spec.acme.server = "http://acme.example.com/dir"), "spec.acme.server", "anyone on the way can hand out certificates"]),
  ...of(
    "postgres-uses-tls",
    ["Cluster", "no TLS", (o) => (o.spec.postgresql.parameters.ssl = "off"), "spec.postgresql.parameters.ssl", "Postgres speaks plain text"],
    ["Cluster", "TLS 1.1", (o) => (o.spec.postgresql.parameters.ssl_min_protocol_version = "TLSv1.1"), "spec.postgresql.parameters.ssl_min_protocol_version", "Postgres takes versions of TLS that are broken"],
    ["Cluster", "clients without TLS", (o) => o.spec.postgresql.pg_hba.unshift("host all all 10.0.0.0/8 scram-sha-256"), "spec.postgresql.pg_hba", "a line lets clients in without TLS"],
    ["Cluster", "clients without a password", (o) => o.spec.postgresql.pg_hba.unshift("hostssl all all 10.0.0.0/8 trust"), "spec.postgresql.pg_hba", "a line lets clients in without a password, or with one in plain text"],
  ),
  ...of("poolers-use-tls", ["Pooler", "clients without TLS", (o) => (o.spec.pgbouncer.parameters.client_tls_sslmode = "allow"), "spec.pgbouncer.parameters.client_tls_sslmode", "the pooler takes clients without TLS"], ["Pooler", "servers without TLS", (o) => (o.spec.pgbouncer.parameters.server_tls_sslmode = "disable"), "spec.pgbouncer.parameters.server_tls_sslmode", "the pooler connects to Postgres without TLS"]),
  ...of("connections-use-tls", ["Deployment", "TLS switched off", env({ name: "DATABASE_URL", value: "postgresql://api@db.internal/shop?sslmode=disable" }), `${api}.env`, "container api connects without TLS"], ["Deployment", "a cache on the internet", env({ name: "CACHE", value: "redis://cache.example.com:6379" }), `${api}.env`, "container api connects without TLS"]),
  ...of("configured-connections-use-tls", ["ConfigMap", "TLS not insisted on", (o) => (o.data.DATABASE_URL = "postgresql://api@db.example.com/shop?sslmode=prefer"), "data", "the ConfigMap has an address that does without TLS"]),
  ...of(
    "env-holds-no-secrets",
    ["Deployment", "a password by its name", env({ name: "SMTP_PASSWORD", value: "hunter2" }), `${api}.env`, "container api has a secret in its environment, where whoever may read pods can read it"],
    [
      "CronJob",
      "a token by its look",
      (o) =>
        o.spec.jobTemplate.spec.template.spec.containers[0].env.push({
          name: "GH",
          value: `ghp_${"a1B2".repeat(9)}`,
        }),
      "spec.jobTemplate.spec.template.spec.containers[0].env",
      "container api has a secret in its environment, where whoever may read pods can read it",
    ],
    ["Deployment", "a password in an address", env({ name: "UPSTREAM", value: "amqps://user:hunter2@mq.example.com" }), `${api}.env`, "container api has a secret in its environment, where whoever may read pods can read it"],
  ),
  ...of("commands-hold-no-secrets", ["Deployment", "a password as an option", (o) => (first(o).args = ["--db-password=hunter2"]), `${api}.args`, "container api has a secret on its command line, which every process of the node can see"], ["Job", "a private key in a script", (o) => (spec(o).initContainers[0].command = ["sh", "-c", "echo '-----BEGIN RSA PRIVATE KEY-----' > key"]), `${pod}.initContainers[0].command`, "container migrate has a secret on its command line, which every process of the node can see"]),
  ...of("config-maps-hold-no-secrets", ["ConfigMap", "a token by its name", (o) => (o.data["api-token"] = "abc"), "data", "the ConfigMap holds a secret, unencrypted and readable to whoever may list ConfigMaps"], ["ConfigMap", "a key in a file", (o) => (o.data["app.pem"] = "-----BEGIN PRIVATE KEY-----\nMIIE\n"), "data", "the ConfigMap holds a secret, unencrypted and readable to whoever may list ConfigMaps"]),
  ...of("network-policies-open-no-everything", ["NetworkPolicy", "everyone in", (o) => (o.spec.ingress = [{}]), "spec.ingress", "an empty rule lets everyone in, on every port"], ["NetworkPolicy", "everything out", (o) => o.spec.egress.push({}), "spec.egress", "an empty rule lets everything out"]),
  ...of("namespaces-enforce-restricted", ["Namespace", "no level", (o) => delete o.metadata.labels["pod-security.kubernetes.io/enforce"], 'metadata.labels["pod-security.kubernetes.io/enforce"]', "the namespace takes pods that could take over their node"], ["Namespace", "a lower level", (o) => (o.metadata.labels["pod-security.kubernetes.io/enforce"] = "baseline"), 'metadata.labels["pod-security.kubernetes.io/enforce"]', "the namespace takes pods that could take over their node"]),
  ...of("roles-have-no-wildcards", ["Role", "every verb", (o) => (o.rules[0].verbs = ["*"]), "rules[0].verbs", "rule allows every verb, those of the future included"], ["Role", "every resource", (o) => (o.rules[0].resources = ["*"]), "rules[0].resources", "rule allows every resource, Secrets included"], ["ClusterRole", "every group", (o) => (o.rules[0].apiGroups = ["*"]), "rules[0].apiGroups", "rule allows every API, those of the future included"]),
  ...of("roles-cannot-escalate", ["ClusterRole", "impersonation", (o) => (o.rules[0].verbs = ["impersonate"]), "rules[0].verbs", "rule lets its holder raise its own rights"], ["Role", "a shell in any pod", (o) => (o.rules[0].resources = ["pods/exec"]), "rules[0].resources", "rule lets its holder act as any pod or account"]),
  ...of("bindings-are-narrow", ["ClusterRoleBinding", "an administrator", (o) => (o.roleRef.name = "cluster-admin"), "roleRef.name", "the binding makes an administrator"], ["RoleBinding", "everyone", (o) => (o.subjects = [{ kind: "Group", name: "system:authenticated", apiGroup: "rbac.authorization.k8s.io" }]), "subjects", "the binding is for everyone"], ["RoleBinding", "the default account", (o) => (o.subjects[0].name = "default"), "subjects", "the binding is for the default account, which every pod has that names none"]),
  ...of("workloads-say-whose-they-are", ["StatefulSet", "no label", (o) => delete o.metadata.labels["app.kubernetes.io/part-of"], 'metadata.labels["app.kubernetes.io/part-of"]', "nobody can tell what it belongs to from the label"], ["Deployment", "no name", (o) => delete o.metadata.labels["app.kubernetes.io/name"], 'metadata.labels["app.kubernetes.io/name"]', "nobody can tell what it is from the label"], ["CronJob", "an empty label", (o) => (o.metadata.labels["app.kubernetes.io/managed-by"] = ""), 'metadata.labels["app.kubernetes.io/managed-by"]', "nobody can tell who keeps it from the label"]),
  ...of("backup-stores-are-safe", ["ObjectStore", "plain HTTP", (o) => (o.spec.configuration.endpointURL = "http://s3.internal:9000"), "spec.configuration.endpointURL", "backups travel in plain text"], ["ObjectStore", "no retention", (o) => delete o.spec.retentionPolicy, "spec.retentionPolicy", "nobody said how long backups are kept"], ["ObjectStore", "no encryption", (o) => (o.spec.configuration.data.encryption = "none"), "spec.configuration.data.encryption", "backups are stored unencrypted", { refused: "the CRD knows no such encryption" }]),
  ...of("postgres-hides-its-superuser", ["Cluster", "the superuser over the network", (o) => (o.spec.enableSuperuserAccess = true), "spec.enableSuperuserAccess", "the superuser has a password and may log in from anywhere"]),
];

/** What goes to both engines alike: valid for the API server, and judged by the careful settings. */
export const comparable = ({ refused, config }: Case) => refused === undefined && config === undefined;
