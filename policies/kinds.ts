/** The Kubernetes kinds that rules are about, as the API server and Pulumi call them. */

export interface Kind {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Cluster-wide kinds are chosen by label, not by namespace, when their admission policies are bound. */
  readonly clusterWide?: true;
}

const core = (kind: string, plural: string): Kind => ({ kind, group: "", version: "v1", plural });
const of = (group: string, version: string, kind: string, plural: string): Kind => ({
  kind,
  group,
  version,
  plural,
});

export const pod = core("Pod", "pods");
export const deployment = of("apps", "v1", "Deployment", "deployments");
export const statefulSet = of("apps", "v1", "StatefulSet", "statefulsets");
export const daemonSet = of("apps", "v1", "DaemonSet", "daemonsets");
export const replicaSet = of("apps", "v1", "ReplicaSet", "replicasets");
export const job = of("batch", "v1", "Job", "jobs");
export const cronJob = of("batch", "v1", "CronJob", "cronjobs");

export const service = core("Service", "services");
export const configMap = core("ConfigMap", "configmaps");
export const secret = core("Secret", "secrets");
export const namespace: Kind = { ...core("Namespace", "namespaces"), clusterWide: true };
export const serviceAccount = core("ServiceAccount", "serviceaccounts");
export const persistentVolumeClaim = core("PersistentVolumeClaim", "persistentvolumeclaims");
export const ingress = of("networking.k8s.io", "v1", "Ingress", "ingresses");
export const networkPolicy = of("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies");
export const podDisruptionBudget = of("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets");
export const autoscaler = of("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");
export const scaledObject = of("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects");

export const role = of("rbac.authorization.k8s.io", "v1", "Role", "roles");
export const roleBinding = of("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings");
export const clusterRole: Kind = {
  ...of("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles"),
  clusterWide: true,
};
export const clusterRoleBinding: Kind = {
  ...of("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings"),
  clusterWide: true,
};

export const gateway = of("gateway.networking.k8s.io", "v1", "Gateway", "gateways");
export const httpRoute = of("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes");
export const tlsOption = of("traefik.io", "v1alpha1", "TLSOption", "tlsoptions");
export const serversTransport = of("traefik.io", "v1alpha1", "ServersTransport", "serverstransports");
export const certificate = of("cert-manager.io", "v1", "Certificate", "certificates");
export const issuer = of("cert-manager.io", "v1", "Issuer", "issuers");
export const clusterIssuer: Kind = {
  ...of("cert-manager.io", "v1", "ClusterIssuer", "clusterissuers"),
  clusterWide: true,
};

export const postgresCluster = of("postgresql.cnpg.io", "v1", "Cluster", "clusters");
export const pooler = of("postgresql.cnpg.io", "v1", "Pooler", "poolers");
export const scheduledBackup = of("postgresql.cnpg.io", "v1", "ScheduledBackup", "scheduledbackups");
export const objectStore = of("barmancloud.cnpg.io", "v1", "ObjectStore", "objectstores");
export const prometheus = of("monitoring.coreos.com", "v1", "Prometheus", "prometheuses");
export const alertmanager = of("monitoring.coreos.com", "v1", "Alertmanager", "alertmanagers");
export const customResourceDefinition: Kind = {
  ...of("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions"),
  clusterWide: true,
};

/** What replicas run from, for ever. */
export const services = [deployment, statefulSet, daemonSet, replicaSet] as const;
/** Everything that holds a pod's spec. A rule about pods is a rule about all of these. */
export const pods = [pod, ...services, job, cronJob] as const;

export function isKind(object: { apiVersion?: unknown; kind?: unknown }, kind: Kind): boolean {
  return object.kind === kind.kind && groupOf(object.apiVersion) === kind.group;
}

export function groupOf(apiVersion: unknown): string | undefined {
  if (typeof apiVersion !== "string") return undefined;
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
