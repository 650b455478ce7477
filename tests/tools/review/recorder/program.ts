/**
 * The product whose previews are recorded: small, but of every kind that a review must tell apart. `scenario` says what has
 * changed since it was deployed.
 */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const config = new pulumi.Config("review");
const scenario = config.require("scenario");
const is = (...names: string[]) => names.includes(scenario);

const provider = new k8s.Provider("cluster", { renderYamlToDirectory: config.require("out") });

class Part extends pulumi.ComponentResource {
  constructor(kind: string, name: string) {
    super(`slipway:components:${kind}`, name, {});
    this.registerOutputs({});
  }
}

const namespace = "shop";
const options = (parent: Part): pulumi.CustomResourceOptions => ({ parent, provider });
const digest = (text: string) => `sha256:${text.repeat(64).slice(0, 64)}`;

const platform = new Part("Namespace", "shop");
new k8s.core.v1.Namespace("shop-namespace", { metadata: { name: namespace } }, options(platform));

const postgres = new Part("Postgres", "postgres");
if (!is("delete")) {
  const password = new random.RandomPassword(
    "postgres-password",
    { length: is("secret") ? 40 : 32 },
    { parent: postgres },
  );
  new k8s.core.v1.Secret(
    "postgres-credentials",
    {
      metadata: { namespace, name: "postgres-credentials" },
      stringData: { username: "shop", password: password.result },
    },
    options(postgres),
  );
}
new k8s.apiextensions.CustomResource(
  "postgres-cluster",
  {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { namespace, name: is("replace") ? "postgres17" : "postgres" },
    spec: {
      instances: 3,
      imageName: is("replace")
        ? "ghcr.io/cloudnative-pg/postgresql:18.1"
        : "ghcr.io/cloudnative-pg/postgresql:17.7",
      storage: { size: is("replace") ? "80Gi" : "50Gi" },
      resources: { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "4Gi" } },
      postgresql: { parameters: { max_connections: "200", shared_buffers: "1GB" } },
    },
  },
  options(postgres),
);

const api = new Part("Api", "api");
const version = is("update") ? "2.4.0" : "2.3.1";
new k8s.core.v1.ConfigMap(
  "api-config",
  {
    metadata: { namespace, name: "api-config" },
    data: {
      "app.json": JSON.stringify({ level: is("update") ? "debug" : "info", features: ["search"] }),
      "rules.txt": [
        "allow 10.0.0.0/8",
        is("update") ? "allow 172.16.0.0/12" : "deny 172.16.0.0/12",
        "deny all",
      ].join("\n"),
    },
  },
  options(api),
);
const labels = { app: "api" };
new k8s.apps.v1.Deployment(
  "api-deployment",
  {
    metadata: { namespace, name: "api", labels },
    spec: {
      replicas: is("update") ? 4 : 2,
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels,
          annotations: { "checksum/config": is("update") ? "f".repeat(64) : "e".repeat(64) },
        },
        spec: {
          containers: [
            {
              name: "api",
              image: `ghcr.io/acme/api:${version}@${digest(is("update") ? "b2" : "a1")}`,
              ports: [{ containerPort: 8000 }],
              env: [
                { name: "LOG_LEVEL", value: is("update") ? "debug" : "warning" },
                { name: "JWT_SECRET", value: config.requireSecret("jwt") },
                ...(is("update") ? [{ name: "FEATURE_SEARCH", value: "on" }] : []),
              ],
              resources: {
                requests: { cpu: "250m", memory: is("update") ? "384Mi" : "256Mi" },
                limits: { cpu: "1", memory: "512Mi" },
              },
            },
          ],
        },
      },
    },
  },
  options(api),
);
new k8s.core.v1.Service(
  "api-service",
  {
    metadata: { namespace, name: "api" },
    spec: {
      selector: is("advice") ? { ...labels, part: "api" } : labels,
      ports: [{ port: 80, targetPort: 8000 }],
      ...(is("replace") ? { clusterIP: "None" } : {}),
    },
  },
  options(api),
);

const worker = new Part("Worker", "worker");
if (is("create")) {
  new k8s.apps.v1.StatefulSet(
    "worker-queue",
    {
      metadata: { namespace, name: "queue" },
      spec: {
        serviceName: "queue",
        replicas: 2,
        selector: { matchLabels: { app: "queue" } },
        template: {
          metadata: { labels: { app: "queue" } },
          spec: {
            containers: [
              {
                name: "redis",
                image: "docker.io/valkey/valkey:9.0.1",
                resources: { requests: { cpu: "100m", memory: "256Mi" } },
              },
            ],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } } },
          },
        ],
      },
    },
    options(worker),
  );
}

/** What somebody who may name things can put into a review. */
const hostile = [
  "</details><h1>pwned</h1>",
  "| a | b |\n| --- | --- |",
  "@octocat please review #1 and close GH-2",
  "```\n# heading\n```",
  "<!-- slipway:preview:0 --><script>alert(1)</script>",
  "[click](javascript:alert(1)) ![x](https://example.com/x.png)",
  '"]:::delete\n  end\n  click stack "https://example.com"',
  "\u202etxt.exe\u2066 \u200bzero\u0000width",
];
if (is("hostile")) {
  for (const [index, name] of hostile.entries()) {
    new k8s.core.v1.ConfigMap(
      name,
      {
        metadata: { namespace, name: `hostile-${index}`, annotations: { [name]: name } },
        data: { [`k${index}`]: name },
      },
      options(worker),
    );
  }
}
if (is("unicode")) {
  new k8s.core.v1.ConfigMap(
    "größe-数据库-🗄️",
    {
      metadata: { namespace, name: "unicode", annotations: { "команда/владелец": "Zoë 👩‍🚀 – naïve ﬁ" } },
      data: { ключ: "値 ← עברית" },
    },
    options(worker),
  );
}
if (is("many", "manybase")) {
  const teams = Array.from({ length: 20 }, (_, index) => new Part("Team", `team-${index}`));
  for (let index = 0; index < 500; index++) {
    const team = teams[index % 20] ?? platform;
    new k8s.core.v1.ConfigMap(
      `team-${index % 20}-${index}-settings`,
      {
        metadata: { namespace, name: `settings-${index}`, labels: { release: is("many") ? "v2" : "v1" } },
        data: {
          limit: String(is("many") ? index * 2 : index),
          greeting: `Hello from ${is("many") ? "the new" : "the old"} team ${index}`,
          motd: `one\ntwo ${is("many") ? "changed" : "kept"} ${index}\nthree`,
        },
      },
      options(team),
    );
    if (index % 25 === 0) {
      new k8s.core.v1.PersistentVolumeClaim(
        `team-${index}-disk`,
        {
          metadata: { namespace, name: `disk-${index}` },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: is("many") ? "fast" : "slow",
            resources: { requests: { storage: "10Gi" } },
          },
        },
        options(team),
      );
    }
  }
}
if (is("failure")) {
  throw new Error(
    `cannot reach ${config.get("dsn") ?? "postgres://shop:correct-horse-battery@db.internal/shop"}`,
  );
}
export const address = is("update") ? "https://api.shop.example" : "https://shop.example/api";
