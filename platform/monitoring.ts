/** Monitoring: Prometheus and Alertmanager by their operator, what they read of the cluster, and who may ask them. */
import * as pulumi from "@pulumi/pulumi";
import { platform } from "../config";
import { Manifests, KubernetesResource } from "./manifests";
import { grafana } from "./monitoring/grafana";
import { ours } from "./monitoring/operator";
import { labelsOf, namespace, priority, type Program, template } from "./monitoring/pods";
import { blackbox, programs, rights } from "./monitoring/programs";
import { kept, kubelets, podMonitor } from "./monitoring/scrapes";
import { alertmanager, prometheus, reading } from "./monitoring/servers";
import type { PlatformSettings } from "./settings";
import type { KubernetesObject } from "./sources";
import type { ImageName } from "./versions";

export interface MonitoringArgs {
  /** The operator's bundle. */
  bundle: KubernetesObject[];
  image: (name: ImageName) => string;
  said: PlatformSettings["monitoring"];
}

const WEB = { prometheus: 9090, alertmanager: 9093 };

export class Monitoring extends pulumi.ComponentResource {
  constructor(
    name: string,
    private readonly args: MonitoringArgs,
    options: pulumi.ComponentResourceOptions & { provider: pulumi.ProviderResource },
  ) {
    super("slipway:platform:Monitoring", name, {}, options);
    const home = this.make("namespace", "v1", "Namespace", {
      metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    const first = this.make("priority", "scheduling.k8s.io/v1", "PriorityClass", {
      metadata: { name: priority.name },
      value: priority.value,
      description: "Who watches goes last",
    });
    const policies = [first, ...this.network(home)];
    const { image, said } = args;
    const operator = new Manifests(
      `${name}-operator`,
      {
        objects: args.bundle,
        change: ours({
          prometheusOperator: image("prometheusOperator"),
          configReloader: image("configReloader"),
        }),
      },
      { parent: this, provider: options.provider, dependsOn: policies },
    );
    const ready = [...policies, ...operator.installed];
    for (const [role, rules] of Object.entries({ ...rights, prometheus: reading }))
      ready.push(...this.account(role, rules, home));
    const questions = { metadata: { name: "blackbox", namespace }, data: blackbox() };
    ready.push(this.make("blackbox-config", "v1", "ConfigMap", questions, home));
    for (const program of programs(image)) this.run(program, ready);
    if (said.grafana) for (const part of grafana(image)) this.make(...part, ready);
    this.servers(ready);
    this.monitors(operator.installed);
    this.registerOutputs({});
  }

  private make(
    child: string,
    apiVersion: string,
    kind: string,
    body: Record<string, unknown>,
    dependsOn: pulumi.Resource | pulumi.Resource[] = [],
  ): KubernetesResource {
    const name = `monitoring-${child}`;
    return new KubernetesResource(name, { apiVersion, kind, ...body }, { parent: this, dependsOn });
  }

  /**
   * Nobody from outside comes in but the API server, by whose proxy `slipway status` and `slipway alert-test` ask, and
   * which on some clouds arrives as a pod of kube-system. Their way out is open: what they read and whom they call is everywhere.
   */
  private network(home: pulumi.Resource): pulumi.Resource[] {
    const policy = (called: string, spec: Record<string, unknown>) =>
      this.make(
        `network-${called}`,
        "networking.k8s.io/v1",
        "NetworkPolicy",
        { metadata: { name: called, namespace }, spec },
        home,
      );
    const system = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } };
    return [
      policy("own", {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ podSelector: {} }] }],
      }),
      policy("asked", {
        podSelector: {
          matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: Object.keys(WEB) }],
        },
        policyTypes: ["Ingress"],
        ingress: [{ from: [system], ports: Object.values(WEB).map((port) => ({ port, protocol: "TCP" })) }],
      }),
      policy("nodes", {
        podSelector: { matchLabels: labelsOf("node-exporter") },
        policyTypes: ["Egress"],
        egress: [],
      }),
    ];
  }

  /** A service account and what it may read of the whole cluster. */
  private account(role: string, rules: object[], home: pulumi.Resource): pulumi.Resource[] {
    const called = `slipway-monitoring-${role}`;
    const metadata = { name: called, labels: labelsOf(role) };
    const account = this.make(
      `${role}-account`,
      "v1",
      "ServiceAccount",
      { metadata: { name: role, namespace, labels: labelsOf(role) } },
      home,
    );
    const api = "rbac.authorization.k8s.io/v1";
    const may = this.make(`${role}-role`, api, "ClusterRole", { metadata, rules });
    const binding = this.make(
      `${role}-binding`,
      api,
      "ClusterRoleBinding",
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: called },
        subjects: [{ kind: "ServiceAccount", name: role, namespace }],
      },
      [account, may],
    );
    return [binding];
  }

  private run(program: Program & { everywhere?: boolean; serves?: boolean }, after: pulumi.Resource[]): void {
    const labels = labelsOf(program.name);
    const metadata = { name: program.name, namespace, labels };
    const spec = { selector: { matchLabels: labels }, template: template(program) };
    if (program.everywhere === true)
      this.make(program.name, "apps/v1", "DaemonSet", { metadata, spec }, after);
    else
      this.make(program.name, "apps/v1", "Deployment", { metadata, spec: { replicas: 1, ...spec } }, after);
    if (program.serves !== true) return;
    const ports = [{ name: "http", port: program.port, targetPort: "http" }];
    const body = { metadata, spec: { selector: labels, ports } };
    this.make(`${program.name}-service`, "v1", "Service", body, after);
  }

  private servers(after: pulumi.Resource[]): void {
    const { image, said } = this.args;
    const api = "monitoring.coreos.com/v1";
    const key = "kubelets.yaml";
    const scrapes = this.make(
      "kubelets",
      "v1",
      "Secret",
      { metadata: { name: "kubelets", namespace }, stringData: { [key]: kubelets() } },
      after,
    );
    const first = this.make(
      "alertmanager",
      api,
      "Alertmanager",
      alertmanager(image("alertmanager"), said),
      after,
    );
    this.make(
      "prometheus",
      api,
      "Prometheus",
      prometheus(image("prometheus"), said, { name: "kubelets", key }),
      [...after, scrapes, first],
    );
  }

  private monitors(after: pulumi.Resource[]): void {
    const own = (name: string, port: string, names: readonly string[], honorLabels = false) =>
      podMonitor({ name, in: namespace, pods: labelsOf(name), port, names, honorLabels });
    const { gateway } = platform;
    const all = [
      own("kube-state-metrics", "http", kept.objects, true),
      own("node-exporter", "http", kept.nodes),
      ...Object.keys(WEB).map((name) =>
        podMonitor({
          name,
          in: namespace,
          pods: { "app.kubernetes.io/name": name },
          port: "web",
          names: kept.itself,
        }),
      ),
      podMonitor({
        name: "gateway",
        in: gateway.namespace,
        pods: gateway.pods,
        port: "admin",
        names: kept.gateway,
      }),
      podMonitor({
        name: "certificates",
        in: "cert-manager",
        pods: { "app.kubernetes.io/name": "cert-manager" },
        port: 9402,
        names: kept.certificates,
        // A certificate is its own namespace's, not that of whoever tells of it.
        honorLabels: true,
      }),
    ];
    for (const monitor of all) {
      const { name } = monitor.metadata as { name: string };
      this.make(`read-${name}`, "monitoring.coreos.com/v1", "PodMonitor", monitor, after);
    }
  }
}
