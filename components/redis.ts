/** Redis, as a cache that may forget or a queue that never does; or somebody else's by its URL. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type Bytes, type Cpu, type Duration, formatBytes, redisExporterImage, redisImage } from "../config";
import type { Transform } from "./component";
import { endpoint, keeping, PodMonitor, podMonitorSpec } from "./monitors";
import { REDIS_SERIES } from "./monitoring/series";
import type { Connection, HeldSecret, MeasuredQueue, Needed, SecretKey } from "./needs";
import { safeContainer, spread } from "./pod";
import { configFile, dataVolume } from "./redis-config";
import { Resident, type ResidentOptions } from "./resident";
import type { Space } from "./space";
import { podTemplate } from "./workload";

export type RedisRole = "cache" | "queue";

export interface ManagedRedisArgs {
  mode: "managed";
  space: Space;
  /** `cache` may forget, least recently used first, and has no disk; `queue` never does. */
  role: RedisRole;
  /** Major version. */
  version: number;
  /** @default - the usual one of `version` */
  image?: { readonly text: string } | undefined;
  /** Memory for data (maxmemory); the container gets half as much again. */
  memory: Bytes;
  cpu: Cpu;
  /** What goes when memory is full: `allkeys-lru`, `noeviction`. */
  eviction: string;
  /** Keep data on disk, in an append-only file. */
  persist: boolean;
  /** When the append-only file is forced to disk. */
  fsync: "everysec" | "always";
  /** Disk of a persistent one. */
  storage: Bytes;
  /** Storage class. @default - the cluster's */
  class?: string | undefined;
  /** Metrics, read by a process beside it. @default - where there is monitoring */
  exporter?: ExporterArgs | false;
  transform?: RedisTransforms;
}

export interface ExporterArgs {
  readonly image?: string;
  /** Time between two readings. @default 30s */
  readonly interval?: Duration;
  /** Lists whose length it tells. @default [] */
  readonly lists?: readonly string[];
}

export interface ExternalRedisArgs {
  mode: "external";
  space: Space;
  role: RedisRole;
  /** Connection URL, rediss:// where it can. */
  url: HeldSecret;
  /** Ranges its servers are in. */
  addresses: readonly string[];
  port: number;
  transform?: RedisTransforms;
}

export type RedisArgs = ManagedRedisArgs | ExternalRedisArgs;

export interface RedisTransforms {
  account?: Transform<k8s.core.v1.ServiceAccountArgs>;
  config?: Transform<k8s.core.v1.SecretArgs>;
  urls?: Transform<k8s.core.v1.SecretArgs>;
  server?: Transform<k8s.apps.v1.StatefulSetArgs>;
  service?: Transform<k8s.core.v1.ServiceArgs>;
  network?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
}

const PORT = 6379;
const METRICS_PORT = 9121;
/** The user of the official images; any other would do as well. */
const USER = 999;
const CONFIG_FOLDER = "/etc/redis";
const CONFIG_FILE = "redis.conf";
const USUAL_INTERVAL: Duration = { text: "30s", value: 30_000 };
/** A save of all data at shutdown takes its time. */
const STOP: Duration = { text: "60s", value: 60_000 };

/**
 * ```ts
 * const redis = new Redis("redis", { space, ...redisDefaults("queue") });
 * new Worker("worker", { space, image, needs: [redis] });   // gets REDIS_URL
 * ```
 *
 * A queue keeps what it has acknowledged: nothing is evicted, and the append-only file outlives the pod.
 */
export class Redis extends Resident<RedisTransforms> implements Needed {
  readonly role: RedisRole;
  /** Where the URL stands: a Secret and a key in it. */
  readonly url: SecretKey;
  readonly connection: Connection;
  /** For scalers that go by the length of a list; an external Redis is out of their reach. */
  readonly queue?: MeasuredQueue;

  constructor(name: string, args: RedisArgs, opts?: ResidentOptions) {
    super("Redis", name, args.space, args.transform, opts);
    this.role = args.role;
    if (args.mode === "external") {
      this.url = this.holdSecrets("urls", { url: args.url }).url;
      const at = args.addresses.map((range) => ({ ports: [args.port], range }));
      this.connection = {
        after: [],
        at,
        env: {},
        facts: { url: this.url },
        files: [],
        secrets: { REDIS_URL: this.url },
        to: name,
      };
    } else {
      const password = pulumi.secret(
        this.child("password", random.RandomPassword, { length: 32, special: false }).result,
      );
      const service = this.#createService();
      const urls = this.holdSecrets("urls", {
        password: { value: password },
        url: { value: pulumi.interpolate`redis://:${password}@${service}:${PORT}/0` },
      });
      const server = this.#createServer(args, password, urls.password);
      const at = { pods: this.selector, ports: [PORT] };
      this.url = urls.url;
      this.connection = {
        after: [server],
        at: [at],
        env: {},
        facts: { host: service, password: urls.password, port: String(PORT), url: urls.url },
        files: [],
        secrets: { REDIS_URL: urls.url },
        to: name,
      };
      this.queue = { ...at, address: this.#address(service), password: urls.password, port: PORT };
    }
    this.finish({ role: this.role, url: this.url });
  }

  /** With its namespace: whoever measures it asks from another. */
  #address(service: pulumi.Output<string>): pulumi.Output<string> {
    return pulumi.interpolate`${service}.${this.space.namespace}.svc:${PORT}`;
  }

  #createService(): pulumi.Output<string> {
    const service = this.child("service", k8s.core.v1.Service, {
      metadata: { ...this.meta("Service"), annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        ports: [{ name: "redis", port: PORT, targetPort: "redis" }],
        selector: this.selector,
        type: "ClusterIP",
      },
    });
    return service.metadata.name;
  }

  #createServer(
    args: ManagedRedisArgs,
    password: pulumi.Output<string>,
    passwordKey: SecretKey,
  ): k8s.apps.v1.StatefulSet {
    // The whole file is secret because the password is in it: neither arguments nor a ConfigMap may hold one.
    const config = this.contentSecret("config", {
      [CONFIG_FILE]: password.apply((secret) => configFile(args, secret)),
    });
    const account = this.child("account", k8s.core.v1.ServiceAccount, {
      automountServiceAccountToken: false,
      metadata: this.meta("ServiceAccount"),
    });
    const exporter = args.exporter ?? (this.space.monitoring === undefined ? false : {});
    const ways = this.openNetwork(this.#watched(exporter), [], []);
    const limit = bytes(args.memory.value * 1.5);
    const template = podTemplate(
      {
        claims: {},
        command: ["redis-server", `${CONFIG_FOLDER}/${CONFIG_FILE}`],
        container: { ...probesOf(), ports: [{ containerPort: PORT, name: "redis" }] },
        cpu: { limit: args.cpu, request: args.cpu },
        env: {},
        files: [{ file: CONFIG_FILE, folder: CONFIG_FOLDER, key: CONFIG_FILE, secret: config.metadata.name }],
        image: imageOf(args),
        memory: { limit, request: limit },
        name: "redis",
        pod: { topologySpreadConstraints: spread(this.selector) },
        priorityClass: this.space.priorityClass("high"),
        pullSecret: this.space.pullSecret,
        secrets: { REDISCLI_AUTH: passwordKey },
        serviceAccount: account.metadata.name,
        stopWithin: STOP,
        user: USER,
        volumes: {},
      },
      this.labels,
    );
    return this.child(
      "server",
      k8s.apps.v1.StatefulSet,
      {
        metadata: this.meta("StatefulSet"),
        spec: {
          replicas: 1,
          revisionHistoryLimit: 5,
          selector: { matchLabels: this.selector },
          serviceName: this.meta("Service").name,
          ...dataVolume(args, exporter === false ? template : withExporter(template, exporter, passwordKey)),
        },
      },
      { dependsOn: [...this.space.ready, ...ways], protect: args.persist && this.space.protect },
    );
  }

  #watched(exporter: ManagedRedisArgs["exporter"]) {
    const namespace = this.space.monitoring;
    if (exporter === false || namespace === undefined) return [];
    this.child("monitor", PodMonitor, {
      metadata: this.meta("PodMonitor"),
      spec: podMonitorSpec(
        this.selector,
        endpoint("metrics", "/metrics", exporter?.interval ?? USUAL_INTERVAL, [keeping(...REDIS_SERIES)]),
      ),
    });
    return [{ namespace, ports: [METRICS_PORT] }];
  }
}

/** What it runs, and what asks it for its data. */
export const imageOf = ({ image, version }: Pick<ManagedRedisArgs, "image" | "version">): string =>
  image?.text ?? redisImage(version);

/** `redis-cli` takes its password from REDISCLI_AUTH; a server that is still loading is alive and not ready. */
function probesOf() {
  const answers = (condition: string) => ({ exec: { command: ["sh", "-c", condition] } });
  const ping = answers('test "$(redis-cli ping)" = PONG');
  return {
    livenessProbe: {
      ...answers("redis-cli ping"),
      failureThreshold: 3,
      periodSeconds: 10,
      timeoutSeconds: 5,
    },
    readinessProbe: { ...ping, failureThreshold: 3, periodSeconds: 5, timeoutSeconds: 5 },
    startupProbe: { ...ping, failureThreshold: 150, periodSeconds: 2, timeoutSeconds: 5 },
  };
}

/** Whether the exporter itself answers; a Redis that does not is its own probes' business. */
const exporterHealthy = { httpGet: { path: "/health", port: "metrics" } };

type Template = k8s.types.input.core.v1.PodTemplateSpec;

function withExporter(template: Template, exporter: ExporterArgs, password: SecretKey): Template {
  const spec = template.spec as k8s.types.input.core.v1.PodSpec;
  const containers = spec.containers as k8s.types.input.core.v1.Container[];
  const lists = exporter.lists ?? [];
  const small = { request: { text: "10m", value: 10 }, limit: { text: "100m", value: 100 } };
  const sidecar = safeContainer({
    env: [
      { name: "REDIS_ADDR", value: `redis://127.0.0.1:${PORT}` },
      ...(lists.length === 0
        ? []
        : [
            { name: "REDIS_EXPORTER_CHECK_SINGLE_KEYS", value: lists.map((list) => `db0=${list}`).join(",") },
          ]),
      {
        name: "REDIS_PASSWORD",
        valueFrom: { secretKeyRef: { key: password.key, name: password.secret } },
      },
    ],
    image: exporter.image ?? redisExporterImage,
    livenessProbe: { ...exporterHealthy, failureThreshold: 3, periodSeconds: 30, timeoutSeconds: 5 },
    name: "exporter",
    ports: [{ containerPort: METRICS_PORT, name: "metrics" }],
    readinessProbe: { ...exporterHealthy, failureThreshold: 3, periodSeconds: 10, timeoutSeconds: 5 },
    resources: { cpu: small, memory: { limit: bytes(64 * 1024 ** 2), request: bytes(32 * 1024 ** 2) } },
  });
  return { ...template, spec: { ...spec, containers: [...containers, sidecar] } };
}

function bytes(value: number): Bytes {
  const whole = Math.ceil(value);
  return { text: formatBytes(whole), value: whole };
}
