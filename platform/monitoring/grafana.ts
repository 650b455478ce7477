/** Grafana, reading the products' dashboards from their ConfigMaps: for clusters that can pull its image. */
import { stringify } from "yaml";
import type { ImageName } from "../versions";
import { labelsOf, namespace, resources, safeContainer, safePod, USER } from "./pods";

type Made = [child: string, apiVersion: string, kind: string, body: Record<string, unknown>];

const labels = labelsOf("grafana");
const FOLDER = "/var/lib/dashboards";
const API = "rbac.authorization.k8s.io/v1";
const CALLED = "slipway-monitoring-grafana";

/** Where it finds its numbers and its dashboards: it reads this at its start. */
const provisioning = {
  "datasources.yaml": stringify({
    apiVersion: 1,
    datasources: [
      {
        name: "Prometheus",
        type: "prometheus",
        access: "proxy",
        url: "http://prometheus-operated:9090",
        isDefault: true,
      },
    ],
  }),
  "dashboards.yaml": stringify({
    apiVersion: 1,
    providers: [{ name: "slipway", type: "file", options: { path: FOLDER } }],
  }),
};

export function grafana(image: (name: ImageName) => string): Made[] {
  const metadata = { name: "grafana", namespace, labels };
  const global = { name: CALLED, labels };
  return [
    ["grafana-account", "v1", "ServiceAccount", { metadata }],
    [
      "grafana-role",
      API,
      "ClusterRole",
      {
        metadata: global,
        rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
      },
    ],
    [
      "grafana-binding",
      API,
      "ClusterRoleBinding",
      {
        metadata: global,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: CALLED },
        subjects: [{ kind: "ServiceAccount", name: "grafana", namespace }],
      },
    ],
    ["grafana-provisioning", "v1", "ConfigMap", { metadata, data: provisioning }],
    [
      "grafana-service",
      "v1",
      "Service",
      { metadata, spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] } },
    ],
    ["grafana", "apps/v1", "Deployment", deployment(image, metadata)],
  ];
}

function deployment(image: (name: ImageName) => string, metadata: object): Record<string, unknown> {
  const mount = (name: string, mountPath: string, more: object = {}) => ({ name, mountPath, ...more });
  const probe = { httpGet: { path: "/api/health", port: "http" } };
  const common = { imagePullPolicy: "IfNotPresent", securityContext: safeContainer };
  return {
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: "grafana",
          securityContext: { ...safePod, runAsUser: USER },
          containers: [
            {
              ...common,
              name: "grafana",
              image: image("grafana"),
              // Reached by kubectl port-forward only, by those the cluster knows: they may look, and nobody may change.
              env: Object.entries({
                GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
                GF_ANALYTICS_REPORTING_ENABLED: "false",
                GF_AUTH_ANONYMOUS_ENABLED: "true",
                GF_AUTH_ANONYMOUS_ORG_ROLE: "Viewer",
                GF_AUTH_DISABLE_LOGIN_FORM: "true",
                GF_PATHS_DATA: "/tmp/data",
                GF_PATHS_LOGS: "/tmp/logs",
                GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: "true",
              }).map(([name, value]) => ({ name, value })),
              ports: [{ name: "http", containerPort: 3000 }],
              readinessProbe: { ...probe, periodSeconds: 5 },
              livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 3 },
              resources: resources({ cpu: ["20m", "500m"], memory: ["96Mi", "256Mi"] }),
              volumeMounts: [
                mount("tmp", "/tmp"),
                mount("dashboards", FOLDER, { readOnly: true }),
                ...["datasources", "dashboards"].map((kind) =>
                  mount("provisioning", `/etc/grafana/provisioning/${kind}/${kind}.yaml`, {
                    subPath: `${kind}.yaml`,
                    readOnly: true,
                  }),
                ),
              ],
            },
            {
              ...common,
              name: "dashboards",
              image: image("dashboardSidecar"),
              env: Object.entries({
                FOLDER,
                LABEL: "grafana_dashboard",
                METHOD: "WATCH",
                NAMESPACE: "ALL",
                RESOURCE: "configmap",
              }).map(([name, value]) => ({ name, value })),
              resources: resources({ cpu: ["5m", "100m"], memory: ["48Mi", "128Mi"] }),
              volumeMounts: [mount("dashboards", FOLDER), mount("tmp", "/tmp")],
            },
          ],
          volumes: [
            { name: "tmp", emptyDir: { sizeLimit: "512Mi" } },
            { name: "dashboards", emptyDir: { sizeLimit: "64Mi" } },
            { name: "provisioning", configMap: { name: "grafana" } },
          ],
        },
      },
    },
  };
}
