/** What pods and nodes use: metrics-server, for autoscaling and kubectl top. */
import type { KubernetesObject } from "../kubectl";
import { account, bindEverywhere, deployment, mayEverywhere, see, type Images } from "./parts";

export function metrics(images: Images): KubernetesObject[] {
  const name = "metrics-server";
  const space = "kube-system";
  const port = 10250;
  return [
    account(name, space),
    ...mayEverywhere(name, space, [
      { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
      { apiGroups: [""], resources: ["pods", "nodes"], verbs: see },
    ]),
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: {
        name: "system:aggregated-metrics-reader",
        labels: {
          "rbac.authorization.k8s.io/aggregate-to-admin": "true",
          "rbac.authorization.k8s.io/aggregate-to-edit": "true",
          "rbac.authorization.k8s.io/aggregate-to-view": "true",
        },
      },
      rules: [{ apiGroups: ["metrics.k8s.io"], resources: ["pods", "nodes"], verbs: see }],
    },
    bindEverywhere("system:auth-delegator", name, space),
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "metrics-server-auth-reader", namespace: space },
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "Role",
        name: "extension-apiserver-authentication-reader",
      },
      subjects: [{ kind: "ServiceAccount", name, namespace: space }],
    },
    deployment({
      name,
      image: images(name),
      space,
      args: [`--secure-port=${port}`, "--metric-resolution=10s"],
      memory: "160Mi",
      container: {
        ports: [{ name: "https", containerPort: port }],
        readinessProbe: {
          httpGet: { path: "/readyz", port, scheme: "HTTPS" },
          periodSeconds: 2,
          failureThreshold: 5,
        },
        livenessProbe: {
          httpGet: { path: "/livez", port, scheme: "HTTPS" },
          initialDelaySeconds: 30,
          timeoutSeconds: 5,
        },
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
      },
      volumes: [{ name: "tmp", emptyDir: { sizeLimit: "8Mi" } }],
    }),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: space },
      spec: { selector: { app: name }, ports: [{ name: "https", port: 443, targetPort: "https" }] },
    },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1beta1.metrics.k8s.io" },
      spec: {
        group: "metrics.k8s.io",
        version: "v1beta1",
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true, // it makes its own certificate anew with every start
        service: { name, namespace: space },
      },
    },
  ];
}
