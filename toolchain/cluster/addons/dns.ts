/** The cluster's names: CoreDNS. */
import type { KubernetesObject } from "../kubectl";
import { clusterDomain, network } from "../layout";
import { account, deployment, mayEverywhere, type Images } from "./parts";

export function dns(nameServers: string[], images: Images): KubernetesObject[] {
  const name = "coredns";
  const space = "kube-system";
  const port = 5353; // an ordinary user may not have 53; the service does
  const corefile = `.:${port} {
    errors
    health :8080 {
        lameduck 2s
    }
    ready :8181
    kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 10
    }
    prometheus :9153
${nameServers.length === 0 ? "" : `    forward . ${nameServers.join(" ")}\n`}    cache 10
    reload 10s
}
`;
  return [
    account(name, space),
    ...mayEverywhere(name, space, [
      { apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs: ["list", "watch"] },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ]),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: space },
      data: { Corefile: corefile },
    },
    deployment({
      name,
      image: images(name),
      space,
      args: ["-conf", "/etc/coredns/Corefile"],
      memory: "128Mi",
      container: {
        ports: [
          { name: "dns", containerPort: port, protocol: "UDP" },
          { name: "dns-tcp", containerPort: port, protocol: "TCP" },
          { name: "metrics", containerPort: 9153 },
        ],
        readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
        livenessProbe: {
          httpGet: { path: "/health", port: 8080 },
          initialDelaySeconds: 30,
          timeoutSeconds: 5,
        },
        volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
      },
      volumes: [{ name: "config", configMap: { name } }],
    }),
    {
      apiVersion: "v1",
      kind: "Service",
      // The name that everything else in the world looks for.
      metadata: { name: "kube-dns", namespace: space, labels: { "k8s-app": "kube-dns" } },
      spec: {
        clusterIP: network.dns,
        selector: { app: name },
        ports: [
          { name: "dns", port: 53, targetPort: "dns", protocol: "UDP" },
          { name: "dns-tcp", port: 53, targetPort: "dns-tcp", protocol: "TCP" },
          { name: "metrics", port: 9153, targetPort: "metrics" },
        ],
      },
    },
  ];
}
