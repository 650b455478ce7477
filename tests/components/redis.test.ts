import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Redis, type ManagedRedisArgs, type RedisRole } from "../../components/redis";
import type { SpaceArgs } from "../../components/space";
import type { Graph } from "../../components/testing";
import { Worker } from "../../components/worker";
import { redisDefaults } from "../../config";
import { type Container, containerOf, IMAGE, inSpace, podOf, size, nameOf } from "../helpers/product";

const managed = (role: RedisRole, args: Partial<ManagedRedisArgs> = {}, space: Partial<SpaceArgs> = {}) =>
  inSpace((there) => {
    const redis = new Redis("redis", { ...redisDefaults(role), space: there, ...args });
    new Worker("worker", { image: IMAGE, needs: [redis], space: there });
  }, space);
const serverOf = (graph: Graph) => graph.named("eu-redis-server");
const configOf = (graph: Graph) =>
  (graph.named("eu-redis-config").inputs.stringData as Record<string, string>)["redis.conf"]?.split("\n") ??
  [];

describe("Redis as a queue", () => {
  let graph: Graph;
  before(async () => {
    graph = await managed("queue");
  });

  it("evicts nothing and appends every write to a file", () => {
    const config = configOf(graph);
    assert.ok(config.includes("maxmemory-policy noeviction"));
    assert.ok(config.includes("appendonly yes"));
    assert.ok(config.includes(`maxmemory ${256 * 1024 ** 2}`));
  });

  it("keeps the file on a protected disk that outlives its StatefulSet", () => {
    const { spec } = serverOf(graph).inputs;
    assert.equal(serverOf(graph).protect, true);
    assert.equal(spec.volumeClaimTemplates[0].spec.resources.requests.storage, "1Gi");
    assert.deepEqual(spec.persistentVolumeClaimRetentionPolicy, {
      whenDeleted: "Retain",
      whenScaled: "Retain",
    });
    const mounts = containerOf(serverOf(graph)).volumeMounts as { mountPath: string; name: string }[];
    assert.ok(mounts.some((mount) => mount.mountPath === "/data" && mount.name === "data"));
  });

  it("keeps its password in Secrets: neither argument, variable nor ConfigMap holds it", () => {
    const password = "password-of-eu-redis-password";
    assert.ok(configOf(graph).includes(`requirepass ${password}`));
    for (const one of graph.resources.filter(({ type }) => type !== "kubernetes:core/v1:Secret")) {
      assert.ok(!JSON.stringify([one.inputs, one.outputs]).includes(password), one.name);
    }
    for (const name of ["eu-redis-config", "eu-redis-urls"])
      assert.deepEqual(graph.named(name).secrets, ["stringData"]);
    assert.deepEqual(containerOf(serverOf(graph)).command, ["redis-server", "/etc/redis/redis.conf"]);
  });

  it("gets half as much memory again as its data may take, all of it reserved", () => {
    const { limits, requests } = containerOf(serverOf(graph)).resources as Record<string, { memory: string }>;
    assert.equal(limits?.memory, "384Mi");
    assert.equal(requests?.memory, "384Mi");
  });

  it("is as safe as any pod, and among the last to be evicted", () => {
    const pod = podOf(serverOf(graph));
    assert.equal(pod.priorityClassName, "shop-high");
    assert.equal(pod.automountServiceAccountToken, false);
    const { readOnlyRootFilesystem } = containerOf(serverOf(graph)).securityContext as {
      readOnlyRootFilesystem: boolean;
    };
    assert.equal(readOnlyRootFilesystem, true);
  });

  it("gives REDIS_URL by reference, opens the network, and comes first", () => {
    const name = nameOf(graph.named("eu-redis-urls"));
    assert.deepEqual(containerOf(graph.named("eu-worker-deployment")).env, [
      { name: "REDIS_URL", valueFrom: { secretKeyRef: { key: "url", name } } },
    ]);
    const { url } = graph.named("eu-redis-urls").inputs.stringData as { url: string };
    assert.equal(new URL(url).host, "redis:6379");
    graph.named("eu-worker-to-redis");
    assert.ok(graph.named("eu-worker-deployment").after.includes(serverOf(graph).urn));
  });

  it("has no disruption budget: alone, it would keep its node from being emptied", () => {
    assert.equal(
      graph.all("kubernetes:policy/v1:PodDisruptionBudget").filter((one) => one.name.startsWith("eu-redis"))
        .length,
      0,
    );
  });
});

describe("Redis as a cache", () => {
  it("forgets what was used least, and has no disk to protect", async () => {
    const graph = await managed("cache");
    assert.ok(configOf(graph).includes("maxmemory-policy allkeys-lru"));
    assert.ok(configOf(graph).includes("appendonly no"));
    assert.equal(serverOf(graph).inputs.spec.volumeClaimTemplates, undefined);
    assert.equal(serverOf(graph).protect, false);
  });
});

describe("Redis' options", () => {
  it("image, sizes, class and syncing are as said", async () => {
    const graph = await managed("queue", {
      class: "fast",
      fsync: "always",
      image: { text: "valkey/valkey:8" },
      memory: size("1Gi"),
      storage: size("8Gi"),
    });
    assert.equal(containerOf(serverOf(graph)).image, "valkey/valkey:8");
    assert.ok(configOf(graph).includes("appendfsync always"));
    assert.deepEqual(serverOf(graph).inputs.spec.volumeClaimTemplates[0].spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "8Gi" } },
      storageClassName: "fast",
    });
  });

  it("is measured by a process beside it where there is monitoring", async () => {
    const graph = await managed("queue", {}, { monitoring: "watch" });
    const [, exporter] = podOf(serverOf(graph)).containers as Container[];
    assert.equal(exporter?.name, "exporter");
    assert.equal(exporter.env.find((one) => one.name === "REDIS_PASSWORD")?.value, undefined);
    assert.deepEqual(Object.keys(exporter.resources as object).sort(), ["limits", "requests"]);
    graph.named("eu-redis-monitor");
  });

  it("tells the length of the lists it is told of", async () => {
    const graph = await managed("queue", { exporter: { lists: ["jobs", "mails"] } }, { monitoring: "watch" });
    const [, exporter] = podOf(serverOf(graph)).containers as Container[];
    const keys = exporter?.env.find((one) => one.name === "REDIS_EXPORTER_CHECK_SINGLE_KEYS");
    assert.equal(keys?.value, "db0=jobs,db0=mails");
  });

  it("can go without that process", async () => {
    const graph = await managed("queue", { exporter: false }, { monitoring: "watch" });
    assert.equal((podOf(serverOf(graph)).containers as unknown[]).length, 1);
    assert.ok(!graph.names().includes("eu-redis-monitor"));
  });

  it("transforms reach its children", async () => {
    const graph = await managed("queue", { transform: { server: { spec: { minReadySeconds: 9 } } } });
    assert.equal(serverOf(graph).inputs.spec.minReadySeconds, 9);
    assert.equal(serverOf(graph).inputs.spec.replicas, 1);
  });
});

describe("Redis elsewhere", () => {
  it("is a Secret with its URL, and a way there", async () => {
    const graph = await inSpace((space) => {
      const url = { value: pulumi.output("rediss://:hunter2@cache.example.com:6380") };
      const redis = new Redis("redis", {
        addresses: ["0.0.0.0/0"],
        mode: "external",
        port: 6380,
        role: "cache",
        space,
        url,
      });
      new Worker("worker", { image: IMAGE, needs: [redis], space });
    });
    const redis = graph.one("slipway:components:Redis");
    assert.deepEqual(
      graph.childrenOf(redis).map((one) => one.name),
      ["eu-redis-urls"],
    );
    assert.deepEqual(Object.keys(redis.outputs ?? {}).sort(), ["role", "url"]);
    assert.equal(containerOf(graph.named("eu-worker-deployment")).env[0]?.name, "REDIS_URL");
    assert.match(JSON.stringify(graph.named("eu-worker-network").inputs.spec.egress), /"port":6380/);
  });
});
