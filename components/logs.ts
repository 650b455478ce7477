/** The product's logs on their way to Loki: one Alloy a product, that reads its namespace's pods by Kubernetes' own API. */
import * as k8s from "@pulumi/kubernetes";
import { logsImage } from "../config";
import type { Transform } from "./component";
import type { Place } from "./network";
import { Resident, type ResidentOptions } from "./resident";
import type { Space } from "./space";
import { podTemplate } from "./workload";

export interface LogsArgs {
  space: Space;
  /** Address of Loki, without the path of its API. */
  loki: string;
  /** How Loki is reached. */
  at: Place;
  /** What tells this stack's logs from another's of the same product: `production`. */
  environment: string;
  /** @default - the usual one */
  image?: string;
  transform?: LogsTransforms;
}

export interface LogsTransforms {
  deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
  role?: Transform<k8s.rbac.v1.RoleArgs>;
}

/** The user of Alloy's own image. */
const USER = 473;
const PORT = 12345;
const FOLDER = "/etc/alloy-config";
const FILE = "config.alloy";
const MIB = 1024 ** 2;
/** Kubernetes' API, whose addresses differ on every platform. */
const API: Place = { ports: [443, 6443], range: "anywhere" };

/**
 * ```ts
 * new Logs("logs", { space, loki: "http://loki.monitoring:3100", at: { namespace: "monitoring", ports: [3100] }, environment: "production" });
 * ```
 *
 * No folder of the node is mounted, and no other namespace's logs can be read: it may do what its Role says, and no more.
 */
export class Logs extends Resident<LogsTransforms> {
  constructor(name: string, args: LogsArgs, opts?: ResidentOptions) {
    super("Logs", name, args.space, args.transform, opts);
    const account = this.child("account", k8s.core.v1.ServiceAccount, {
      automountServiceAccountToken: false,
      metadata: this.meta("ServiceAccount"),
    });
    const role = this.child("role", k8s.rbac.v1.Role, {
      metadata: this.meta("Role"),
      rules: [{ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list", "watch"] }],
    });
    const binding = this.child("binding", k8s.rbac.v1.RoleBinding, {
      metadata: this.meta("RoleBinding"),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: args.space.namespace }],
    });
    const config = this.contentSecret("config", {
      [FILE]: alloyConfig({ ...args, namespace: args.space.namespaceName, product: args.space.product }),
    });
    const ways = this.openNetwork([], [], [args.at, API]);
    const mib = (value: number) => ({ text: `${value}Mi`, value: value * MIB });
    const healthy = { httpGet: { path: "/-/ready", port: "http" } };
    const template = podTemplate(
      {
        args: [
          "run",
          `${FOLDER}/${FILE}`,
          "--disable-reporting",
          "--storage.path=/tmp/alloy",
          `--server.http.listen-addr=0.0.0.0:${PORT}`,
        ],
        claims: {},
        container: {
          livenessProbe: { ...healthy, failureThreshold: 3, periodSeconds: 30 },
          ports: [{ containerPort: PORT, name: "http" }],
          readinessProbe: { ...healthy, periodSeconds: 10 },
        },
        cpu: { limit: { text: "500m", value: 500 }, request: { text: "20m", value: 20 } },
        env: {},
        files: [{ file: FILE, folder: FOLDER, key: FILE, secret: config.metadata.name }],
        image: args.image ?? logsImage,
        memory: { limit: mib(256), request: mib(96) },
        name: "alloy",
        pod: { automountServiceAccountToken: true },
        pullSecret: args.space.pullSecret,
        secrets: {},
        serviceAccount: account.metadata.name,
        stopWithin: { text: "30s", value: 30_000 },
        user: USER,
        volumes: {},
      },
      this.labels,
    );
    this.child(
      "deployment",
      k8s.apps.v1.Deployment,
      {
        metadata: this.meta("Deployment"),
        spec: {
          replicas: 1,
          revisionHistoryLimit: 5,
          selector: { matchLabels: this.selector },
          // Two at once would say everything twice.
          strategy: { type: "Recreate" },
          template,
        },
      },
      { dependsOn: [...args.space.ready, ...ways, binding] },
    );
    this.finish({});
  }
}

/**
 * What Alloy does, in its own words. Parts write one JSON object a line; its `level` becomes a label, so that errors are found
 * without reading everything. A line that is no JSON goes along as it is.
 */
export function alloyConfig({
  environment,
  loki,
  namespace,
  product,
}: Pick<LogsArgs, "environment" | "loki"> & { namespace: string; product: string }): string {
  const quoted = (text: string) => JSON.stringify(text);
  const labels = {
    container: "pod_container_name",
    namespace: "namespace",
    part: "pod_label_app_kubernetes_io_name",
    pod: "pod_name",
  };
  const rules = Object.entries(labels).map(([label, source]) =>
    [
      "  rule {",
      `    source_labels = [${quoted(`__meta_kubernetes_${source}`)}]`,
      `    target_label  = ${quoted(label)}`,
      "  }",
    ].join("\n"),
  );
  return `logging {
  level  = "warn"
  format = "json"
}

discovery.kubernetes "pods" {
  role = "pod"
  namespaces {
    names = [${quoted(namespace)}]
  }
}

discovery.relabel "pods" {
  targets = discovery.kubernetes.pods.targets
${rules.join("\n")}
}

loki.source.kubernetes "pods" {
  targets    = discovery.relabel.pods.output
  forward_to = [loki.process.parts.receiver]
}

loki.process "parts" {
  forward_to = [loki.write.loki.receiver]
  stage.json {
    expressions = { level = "level" }
  }
  stage.labels {
    values = { level = "" }
  }
  stage.static_labels {
    values = { environment = ${quoted(environment)}, product = ${quoted(product)} }
  }
}

loki.write "loki" {
  endpoint {
    url = ${quoted(`${loki.replace(/\/$/, "")}/loki/api/v1/push`)}
  }
}
`;
}
