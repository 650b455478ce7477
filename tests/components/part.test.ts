import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Api, type ApiArgs } from "../../components/api";
import { Redis } from "../../components/redis";
import type { Graph } from "../../components/testing";
import { Web } from "../../components/web";
import { Worker } from "../../components/worker";
import { redisDefaults } from "../../config";
import type { SpaceArgs } from "../../components/space";
import { containerOf, cores, IMAGE, inSpace, podOf, size, time, nameOf } from "../helpers/product";

const api = (args: Partial<ApiArgs> = {}, space: Partial<SpaceArgs> = {}) =>
  inSpace((there) => new Api("api", { image: IMAGE, port: 8000, space: there, ...args }), space);
const deploymentOf = (graph: Graph) => graph.one("kubernetes:apps/v1:Deployment");
const SETTLE = time("5m");

describe("a part with an image and a port", () => {
  let graph: Graph;
  before(async () => {
    graph = await api();
  });

  it("makes just what it needs", () => {
    const part = graph.one("slipway:components:Api");
    assert.deepEqual(
      graph
        .childrenOf(part)
        .map((one) => one.name)
        .sort(),
      ["eu-api-account", "eu-api-deployment", "eu-api-disruption", "eu-api-service"],
    );
  });

  it("is not root, writes nowhere but /tmp, and has no capability, token or service link", () => {
    const pod = podOf(deploymentOf(graph));
    assert.deepEqual(pod.securityContext, {
      fsGroup: 65532,
      fsGroupChangePolicy: "OnRootMismatch",
      runAsGroup: 65532,
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    });
    const container = containerOf(deploymentOf(graph));
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
    });
    assert.deepEqual(container.volumeMounts, [{ mountPath: "/tmp", name: "tmp" }]);
    assert.deepEqual(pod.volumes, [{ emptyDir: { sizeLimit: "256Mi" }, name: "tmp" }]);
    assert.equal(pod.automountServiceAccountToken, false);
    assert.equal(pod.enableServiceLinks, false);
    assert.equal(graph.one("kubernetes:core/v1:ServiceAccount").inputs.automountServiceAccountToken, false);
  });

  it("reserves and limits CPU and memory", () => {
    assert.deepEqual(containerOf(deploymentOf(graph)).resources, {
      limits: { cpu: "500m", memory: "256Mi" },
      requests: { cpu: "100m", memory: "256Mi" },
    });
  });

  it("is probed for start, traffic and life", () => {
    const { livenessProbe, readinessProbe, startupProbe } = containerOf(deploymentOf(graph));
    for (const probe of [livenessProbe, readinessProbe, startupProbe]) {
      assert.deepEqual((probe as { httpGet: unknown }).httpGet, { path: "/health", port: "http" });
    }
    const { failureThreshold, periodSeconds } = startupProbe as {
      failureThreshold: number;
      periodSeconds: number;
    };
    assert.equal(failureThreshold * periodSeconds, 60);
  });

  it("updates without a gap: never fewer replicas, and old pods answer while traffic moves away", () => {
    const { spec } = deploymentOf(graph).inputs;
    assert.deepEqual(spec.strategy, {
      rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 },
      type: "RollingUpdate",
    });
    assert.deepEqual(containerOf(deploymentOf(graph)).lifecycle, { preStop: { sleep: { seconds: 5 } } });
    assert.equal(podOf(deploymentOf(graph)).terminationGracePeriodSeconds, 35);
    assert.equal(spec.revisionHistoryLimit, 5);
  });

  it("runs twice, spread over zones and nodes, and lets a node be emptied", () => {
    assert.equal(deploymentOf(graph).inputs.spec.replicas, 2);
    const spreads = podOf(deploymentOf(graph)).topologySpreadConstraints as { topologyKey: string }[];
    assert.deepEqual(
      spreads.map(({ topologyKey }) => topologyKey),
      ["topology.kubernetes.io/zone", "kubernetes.io/hostname"],
    );
    assert.equal(graph.named("eu-api-disruption").inputs.spec.maxUnavailable, 1);
  });

  it("is found by two labels that never change", () => {
    const selector = { "app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": "shop" };
    assert.deepEqual(deploymentOf(graph).inputs.spec.selector, { matchLabels: selector });
    assert.deepEqual(graph.one("kubernetes:core/v1:Service").inputs.spec.selector, selector);
    const labels = deploymentOf(graph).inputs.spec.template.metadata.labels as Record<string, string>;
    assert.deepEqual({ ...labels, ...selector }, labels);
  });

  it("listens behind a Service of its own name", () => {
    const { metadata, spec } = graph.one("kubernetes:core/v1:Service").inputs;
    assert.equal(metadata.name, "api");
    assert.equal(spec.ports[0].port, 80);
    assert.equal(spec.ports[0].targetPort, "http");
    assert.deepEqual(containerOf(deploymentOf(graph)).ports, [{ containerPort: 8000, name: "http" }]);
  });

  it("says where it is", () => {
    assert.deepEqual(graph.one("slipway:components:Api").outputs, { deployment: "api", service: "api" });
  });
});

describe("a part's options", () => {
  it("one replica that may become several has a disruption budget that never holds a node", async () => {
    const graph = await api({ scale: { max: 3, min: 1, settle: SETTLE } });
    assert.equal(graph.named("eu-api-disruption").inputs.spec.maxUnavailable, 1);
  });

  it("one replica has no disruption budget, which would keep its node from being emptied", async () => {
    const graph = await api({ scale: { max: 1, min: 1, settle: SETTLE } });
    assert.equal(deploymentOf(graph).inputs.spec.replicas, 1);
    assert.ok(!graph.names().includes("eu-api-disruption"));
  });

  it("an autoscaler alone says how many replicas there are", async () => {
    const graph = await api({ scale: { cpu: 60, max: 9, min: 3, settle: SETTLE } });
    assert.ok(!("replicas" in deploymentOf(graph).inputs.spec));
    const { spec } = graph.named("eu-api-autoscaler").inputs;
    assert.equal(spec.minReplicas, 3);
    assert.equal(spec.maxReplicas, 9);
    assert.deepEqual(spec.scaleTargetRef, { apiVersion: "apps/v1", kind: "Deployment", name: "api" });
    assert.deepEqual(spec.metrics, [
      {
        resource: { name: "cpu", target: { averageUtilization: 60, type: "Utilization" } },
        type: "Resource",
      },
    ]);
    assert.equal(spec.behavior.scaleDown.stabilizationWindowSeconds, 300);
  });

  it("grows by CPU at 70 % when nothing else is said, and by memory alone when that is", async () => {
    const usual = await api({ scale: { max: 3, min: 2, settle: SETTLE } });
    assert.equal(
      usual.named("eu-api-autoscaler").inputs.spec.metrics[0].resource.target.averageUtilization,
      70,
    );
    const memory = await api({ scale: { max: 3, memory: 80, min: 2, settle: SETTLE } });
    const names = (
      memory.named("eu-api-autoscaler").inputs.spec.metrics as { resource: { name: string } }[]
    ).map(({ resource }) => resource.name);
    assert.deepEqual(names, ["memory"]);
  });

  it("command, arguments, user, size, grace, drain, deadline and architectures are as said", async () => {
    const graph = await api({
      architectures: ["arm64"],
      args: ["--workers", "4"],
      command: ["uvicorn"],
      cpu: { limit: cores("2"), request: cores("1") },
      deadline: time("90s"),
      drain: time("0s"),
      grace: time("10s"),
      memory: { limit: size("1Gi"), request: size("512Mi") },
      user: 1000,
    });
    const container = containerOf(deploymentOf(graph));
    assert.deepEqual(container.command, ["uvicorn"]);
    assert.deepEqual(container.args, ["--workers", "4"]);
    assert.deepEqual(container.resources, {
      limits: { cpu: "2", memory: "1Gi" },
      requests: { cpu: "1", memory: "512Mi" },
    });
    assert.equal(container.lifecycle, undefined);
    const pod = podOf(deploymentOf(graph));
    assert.equal((pod.securityContext as { runAsUser: number }).runAsUser, 1000);
    assert.equal(pod.terminationGracePeriodSeconds, 10);
    assert.equal(deploymentOf(graph).inputs.spec.progressDeadlineSeconds, 90);
    assert.match(JSON.stringify(pod.affinity), /"kubernetes.io\/arch","operator":"In","values":\["arm64"\]/);
  });

  it("plain variables stand in the pod, secret ones in a Secret that never changes and that its provider names", async () => {
    const secrets = { JWT_SECRET: { value: pulumi.output("hunter2") } };
    const graph = await api({ env: { LOG_LEVEL: "info" }, secrets });
    const secret = graph.named("eu-api-secret");
    const name = nameOf(secret);
    assert.match(name, /^eu-api-secret-[0-9a-f]{8}$/);
    assert.equal(secret.inputs.metadata.name, undefined);
    assert.equal(secret.inputs.immutable, true);
    assert.deepEqual(secret.inputs.stringData, { JWT_SECRET: "hunter2" });
    assert.deepEqual(secret.secrets, ["stringData"]);
    assert.deepEqual(containerOf(deploymentOf(graph)).env, [
      { name: "LOG_LEVEL", value: "info" },
      { name: "JWT_SECRET", valueFrom: { secretKeyRef: { key: "JWT_SECRET", name } } },
    ]);
    assert.ok(!JSON.stringify(deploymentOf(graph).inputs).includes("hunter2"));
  });

  it("reads what its needs can say under names of its own", async () => {
    const graph = await inSpace((space) => {
      const redis = new Redis("redis", { space, ...redisDefaults("queue") });
      const first = new Api("first", { image: IMAGE, port: 8000, space });
      const from = {
        FIRST_HOST: { fact: "host", need: "first" },
        REDIS_HOST: { fact: "host", need: "redis" },
        REDIS_PASSWORD: { fact: "password", need: "redis" },
        REDIS_PORT: { fact: "port", need: "redis" },
      };
      new Worker("worker", { from, image: IMAGE, needs: [redis, first], space });
    });
    const { env } = containerOf(graph.named("eu-worker-deployment"));
    const plain = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    assert.deepEqual(
      [plain.FIRST_HOST, plain.REDIS_HOST, plain.REDIS_PORT],
      [nameOf(graph.named("eu-first-service")), nameOf(graph.named("eu-redis-service")), "6379"],
    );
    const password = env.find(({ name }) => name === "REDIS_PASSWORD")?.valueFrom?.secretKeyRef;
    assert.deepEqual(password, { key: "password", name: nameOf(graph.named("eu-redis-urls")) });
  });

  it("asking what a need cannot say is refused", async () => {
    await assert.rejects(
      api({ from: { DB_HOST: { fact: "host", need: "postgres" } } }),
      /DB_HOST: nobody needed can say postgres\.host/,
    );
  });

  it("another secret makes another name, so that pods restart", async () => {
    const named = async (value: string) => {
      const graph = await api({ secrets: { A: { value: pulumi.output(value) } } });
      return nameOf(graph.named("eu-api-secret"));
    };
    assert.notEqual(await named("one"), await named("two"));
    assert.equal(await named("one"), await named("one"));
  });

  it("a secret from an external store is read where it stands", async () => {
    const graph = await api({ secrets: { TOKEN: { key: "value", secret: "secrets-token" } } });
    assert.ok(!graph.names().includes("eu-api-secret"));
    assert.deepEqual(containerOf(deploymentOf(graph)).env, [
      { name: "TOKEN", valueFrom: { secretKeyRef: { key: "value", name: "secrets-token" } } },
    ]);
  });

  it("one name for a plain and a secret variable is refused", async () => {
    await assert.rejects(
      api({ env: { A: "1" }, secrets: { A: { key: "a", secret: "s" } } }),
      /A: both a plain and a secret variable; take one out/,
    );
  });

  it("high priority has a class of its own, normal none", async () => {
    assert.equal(podOf(deploymentOf(await api({ priority: "high" }))).priorityClassName, "shop-high");
    assert.equal(podOf(deploymentOf(await api())).priorityClassName, undefined);
  });

  it("pulls with the space's login", async () => {
    const registry = { password: "p", server: "ghcr.io", username: "u" };
    const pod = podOf(deploymentOf(await api({}, { registry })));
    assert.deepEqual(pod.imagePullSecrets, [{ name: "registry-login" }]);
  });

  it("waits for what must come first", async () => {
    const graph = await inSpace((space) => {
      const first = new Worker("first", {
        image: IMAGE,
        migrate: { command: ["migrate"], timeout: time("1m") },
        space,
      });
      new Api("api", { after: first.migrations, image: IMAGE, port: 8000, space });
    });
    const migration = graph.named("eu-first-migration-job").urn;
    assert.ok(graph.named("eu-first-deployment").after.includes(migration));
    assert.ok(graph.named("eu-api-deployment").after.includes(migration));
  });
});

describe("a part's volumes", () => {
  it("scratch and memory live and die with the pod", async () => {
    const graph = await api({
      volumes: {
        cache: { kind: "scratch", path: "/cache", size: size("1Gi") },
        shm: { kind: "memory", path: "/dev/shm", size: size("64Mi") },
      },
    });
    assert.deepEqual(podOf(deploymentOf(graph)).volumes, [
      { emptyDir: { sizeLimit: "256Mi" }, name: "tmp" },
      { emptyDir: { sizeLimit: "1Gi" }, name: "cache" },
      { emptyDir: { medium: "Memory", sizeLimit: "64Mi" }, name: "shm" },
    ]);
    assert.equal(graph.all("kubernetes:core/v1:PersistentVolumeClaim").length, 0);
  });

  it("a volume at /tmp takes the usual one's place", async () => {
    const graph = await api({ volumes: { own: { kind: "scratch", path: "/tmp", size: size("1Gi") } } });
    assert.deepEqual(containerOf(deploymentOf(graph)).volumeMounts, [{ mountPath: "/tmp", name: "own" }]);
  });

  it("a disk is claimed, protected, and its part recreated rather than doubled", async () => {
    const graph = await api({
      scale: { max: 1, min: 1, settle: SETTLE },
      storageClass: "fast",
      volumes: { data: { kind: "disk", path: "/data", size: size("5Gi") } },
    });
    const claim = graph.one("kubernetes:core/v1:PersistentVolumeClaim");
    assert.equal(claim.protect, true);
    assert.deepEqual(claim.inputs.spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "5Gi" } },
      storageClassName: "fast",
    });
    assert.deepEqual(deploymentOf(graph).inputs.spec.strategy, { type: "Recreate" });
    const volumes = podOf(deploymentOf(graph)).volumes as unknown[];
    assert.deepEqual(volumes[1], { name: "data", persistentVolumeClaim: { claimName: "api-data" } });
  });

  it("a disk for more than one pod is refused", async () => {
    await assert.rejects(
      api({ volumes: { data: { kind: "disk", path: "/data", size: size("5Gi") } } }),
      /eu-api: a volume of kind disk is one pod's; make it shared, or scale.max 1/,
    );
  });

  it("a shared volume is for many", async () => {
    const graph = await api({
      volumes: { data: { class: "nfs", kind: "shared", path: "/data", size: size("5Gi") } },
    });
    const { spec } = graph.one("kubernetes:core/v1:PersistentVolumeClaim").inputs;
    assert.deepEqual(spec.accessModes, ["ReadWriteMany"]);
    assert.equal(spec.storageClassName, "nfs");
    assert.equal(deploymentOf(graph).inputs.spec.strategy.type, "RollingUpdate");
  });
});

describe("a part's needs", () => {
  const needing = (space: Partial<SpaceArgs> = {}) =>
    inSpace((there) => {
      const inner = new Api("inner", { image: IMAGE, port: 9000, space: there });
      new Api("api", { image: IMAGE, needs: [inner], port: 8000, space: there });
    }, space);

  it("give it the other's address", async () => {
    const graph = await needing();
    assert.deepEqual(containerOf(graph.named("eu-api-deployment")).env, [
      { name: "INNER_URL", value: "http://inner" },
    ]);
  });

  it("open the network at both ends, for one port, and nothing more", async () => {
    const graph = await needing();
    const labels = (name: string) => ({
      "app.kubernetes.io/name": name,
      "app.kubernetes.io/part-of": "shop",
    });
    const ports = [{ port: 9000, protocol: "TCP" }];
    assert.deepEqual(graph.named("eu-api-network").inputs.spec, {
      egress: [{ ports, to: [{ podSelector: { matchLabels: labels("inner") } }] }],
      podSelector: { matchLabels: labels("api") },
      policyTypes: ["Egress"],
    });
    assert.deepEqual(graph.named("eu-api-to-inner").inputs.spec, {
      ingress: [{ from: [{ podSelector: { matchLabels: labels("api") } }], ports }],
      podSelector: { matchLabels: labels("inner") },
      policyTypes: ["Ingress"],
    });
    const policies = graph.all("kubernetes:networking.k8s.io/v1:NetworkPolicy").map((one) => one.name);
    assert.deepEqual(policies.sort(), ["eu-api-network", "eu-api-to-inner", "eu-deny"]);
  });

  it("come before its pods", async () => {
    const graph = await needing();
    const { after } = graph.named("eu-api-deployment");
    for (const name of ["eu-deny", "eu-api-network", "eu-api-to-inner"])
      assert.ok(after.includes(graph.named(name).urn), name);
  });

  it("beyond the cluster are named, by range or as the internet without its private ranges", async () => {
    const graph = await api({
      egress: [
        { ports: [443], range: "internet" },
        { ports: [], range: "10.20.0.0/16" },
      ],
    });
    const [internet, range] = graph.named("eu-api-network").inputs.spec.egress as {
      ports?: unknown;
      to: unknown[];
    }[];
    assert.deepEqual(internet?.ports, [{ port: 443, protocol: "TCP" }]);
    assert.match(JSON.stringify(internet.to), /"cidr":"0.0.0.0\/0","except":\[.*"169.254.0.0\/16"/);
    assert.deepEqual(range, { to: [{ ipBlock: { cidr: "10.20.0.0/16" } }] });
  });

  it("let in whom it names", async () => {
    const graph = await api({ ingress: [{ namespace: "gate", pods: { app: "gate" }, ports: [8000] }] });
    assert.deepEqual(graph.named("eu-api-network").inputs.spec.ingress, [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "gate" } },
            podSelector: { matchLabels: { app: "gate" } },
          },
        ],
        ports: [{ port: 8000, protocol: "TCP" }],
      },
    ]);
  });
});

describe("a part's metrics", () => {
  const metrics = { interval: time("30s"), path: "/metrics" };

  it("are read by Prometheus, which the network lets in, where there is one", async () => {
    const graph = await api({ metrics }, { monitoring: "watch" });
    const { spec } = graph.one("kubernetes:monitoring.coreos.com/v1:ServiceMonitor").inputs;
    assert.deepEqual(spec.endpoints, [
      { interval: "30s", path: "/metrics", port: "http", scrapeTimeout: "10s" },
    ]);
    assert.match(
      JSON.stringify(graph.named("eu-api-network").inputs.spec.ingress),
      /"kubernetes.io\/metadata.name":"watch"/,
    );
  });

  it("are nobody's where there is none", async () => {
    const graph = await api({ metrics });
    assert.ok(!graph.names().includes("eu-api-monitor"));
    assert.ok(!graph.names().includes("eu-api-network"));
  });

  it("on a port of their own are read from the pods", async () => {
    const graph = await api({ metrics: { ...metrics, port: 9090 } }, { monitoring: "watch" });
    assert.equal(graph.named("eu-api-monitor").type, "kubernetes:monitoring.coreos.com/v1:PodMonitor");
    assert.deepEqual(containerOf(deploymentOf(graph)).ports, [
      { containerPort: 9090, name: "metrics" },
      { containerPort: 8000, name: "http" },
    ]);
  });
});

describe("a web", () => {
  it("is asked for its front page by its probes", async () => {
    const graph = await inSpace((space) => new Web("web", { image: IMAGE, port: 8080, space, spa: true }));
    const { livenessProbe } = containerOf(deploymentOf(graph));
    assert.deepEqual((livenessProbe as { httpGet: unknown }).httpGet, { path: "/", port: "http" });
    assert.equal(graph.one("slipway:components:Web").finished, 1);
  });
});

describe("a worker", () => {
  const health = { failures: 3, interval: time("10s"), startup: time("60s"), timeout: time("5s") };

  it("has no Service, no port, and no probes unless it says how to ask", async () => {
    const graph = await inSpace((space) => new Worker("worker", { image: IMAGE, space }));
    assert.equal(graph.all("kubernetes:core/v1:Service").length, 0);
    const container = containerOf(deploymentOf(graph));
    assert.equal(container.ports, undefined);
    assert.equal(container.livenessProbe, undefined);
    assert.deepEqual(graph.one("slipway:components:Worker").outputs, { deployment: "worker" });
  });

  it("is asked by a command, or on a port only probes use", async () => {
    const asked = async (how: object) =>
      containerOf(
        deploymentOf(
          await inSpace(
            (space) => new Worker("worker", { health: { ...health, ...how }, image: IMAGE, space }),
          ),
        ),
      );
    const byCommand = await asked({ command: ["node", "healthy.js"] });
    assert.deepEqual((byCommand.livenessProbe as { exec: unknown }).exec, {
      command: ["node", "healthy.js"],
    });
    const byPort = await asked({ live: "/health", port: 9000 });
    assert.deepEqual((byPort.livenessProbe as { httpGet: unknown }).httpGet, {
      path: "/health",
      port: "health",
    });
    assert.deepEqual(byPort.ports, [{ containerPort: 9000, name: "health" }]);
  });

  const queued = { depth: 50, redis: "jobs" };
  it("scales by the length of a list, which its scaler may measure", async () => {
    const graph = await inSpace((space) => {
      const redis = new Redis("redis", { ...redisDefaults("queue"), space });
      new Worker("worker", {
        image: IMAGE,
        needs: [redis],
        scale: { max: 8, min: 2, queue: queued, settle: SETTLE },
        space,
      });
    });
    assert.ok(!("replicas" in graph.named("eu-worker-deployment").inputs.spec));
    const { spec } = graph.named("eu-worker-scaler").inputs;
    assert.equal(spec.minReplicaCount, 2);
    assert.equal(spec.maxReplicaCount, 8);
    assert.deepEqual(spec.triggers, [
      {
        authenticationRef: { name: "worker" },
        metadata: { address: "redis.shop.svc:6379", listLength: "50", listName: "jobs" },
        type: "redis",
      },
    ]);
    const [login] = graph.named("eu-worker-scaler-login").inputs.spec.secretTargetRef as { name: string }[];
    assert.equal(login?.name, nameOf(graph.named("eu-redis-urls")));
    assert.match(
      JSON.stringify(graph.named("eu-worker-scaler-network").inputs.spec),
      /"kubernetes.io\/metadata.name":"keda"/,
    );
  });

  it("that scales by a list needs the Redis it is in", async () => {
    await assert.rejects(
      inSpace(
        (space) =>
          new Worker("worker", {
            image: IMAGE,
            scale: { max: 8, min: 2, queue: queued, settle: SETTLE },
            space,
          }),
      ),
      /eu-worker: scales by a Redis list and needs no Redis/,
    );
  });
});

describe("a part's transforms", () => {
  it("reach each of its children, deeply", async () => {
    const label = { metadata: { annotations: { seen: "yes" } } };
    const graph = await inSpace((space) => {
      const inner = new Api("inner", { image: IMAGE, port: 9000, space });
      new Api("api", {
        image: IMAGE,
        migrate: { command: ["migrate"], timeout: time("1m") },
        needs: [inner],
        port: 8000,
        scale: { max: 3, min: 2, settle: SETTLE },
        secrets: { A: { value: pulumi.output("x") } },
        space,
        transform: {
          account: label,
          autoscaler: label,
          consent: label,
          deployment: { spec: { template: { spec: { containers: [{ name: "api", tty: true }] } } } },
          disruption: label,
          migration: label,
          network: label,
          secret: label,
          service: label,
        },
      });
    });
    for (const child of [
      "account",
      "autoscaler",
      "to-inner",
      "disruption",
      "migration-job",
      "network",
      "secret",
      "service",
    ]) {
      assert.equal(graph.named(`eu-api-${child}`).inputs.metadata.annotations.seen, "yes", child);
    }
    const container = containerOf(graph.named("eu-api-deployment"));
    assert.equal(container.tty, true);
    assert.equal(container.image, IMAGE);
  });
});
