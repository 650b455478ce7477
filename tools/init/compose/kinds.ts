/** What a service of a compose file is here: a store, a part, something the platform does, or something it cannot run. */
import { isRecord, type Loose } from "./read";

export type Kind =
  | { readonly is: "postgres" | "redis" }
  | { readonly is: "api" | "web" | "worker" }
  /** Runs once and ends: before a new version, or after it. */
  | { readonly is: "migration" | "job" }
  | { readonly is: "gateway" | "platform" | "foreign"; readonly instead: string };

const STORES: readonly (readonly ["postgres" | "redis", RegExp])[] = [
  ["postgres", /^(?:.*\/)?(?:postgres|postgresql|postgis|pgvector|timescaledb)$/],
  ["redis", /^(?:.*\/)?(?:redis|valkey|keydb|redis-stack-server)$/],
];
const GATEWAY =
  /^(?:.*\/)?(?:nginx|nginx-unprivileged|traefik|caddy|haproxy|envoy|nginx-proxy|acme-companion|certbot)$/;
const PLATFORM: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:.*\/)?(?:prometheus|grafana|grafana-oss|loki|promtail|alloy|alertmanager|node-exporter|cadvisor|postgres-exporter|postgres_exporter|redis_exporter|blackbox-exporter|tempo|jaeger.*|otel.*|opentelemetry-collector.*)$/,
    "the platform watches: slipway:monitoring, slipway:alerts, slipway:otel",
  ],
  [/^(?:.*\/)?(?:pgbouncer|pgcat)$/, "write slipway:postgres: {pooler: {}}"],
  [/^(?:.*\/)?(?:watchtower|portainer.*|dozzle)$/, "a release is a change of the stack file"],
  [
    /^(?:.*\/)?(?:pgadmin4|adminer|phpmyadmin|mailhog|mailpit|redisinsight|redis-commander|maildev|localstack)$/,
    "a tool for developers: run it on your own machine",
  ],
];
const FOREIGN =
  /^(?:.*\/)?(?:mysql|mariadb|percona|mongo|mongodb|rabbitmq|kafka|cp-kafka|zookeeper|elasticsearch|opensearch|minio|memcached|clickhouse-server|cassandra|neo4j|influxdb|vault|consul|nats|etcd|meilisearch|qdrant|weaviate)$/;

/** The repository of an image, without registry's port, tag and digest. */
export function repositoryOf(image: unknown): string {
  const text = typeof image === "string" ? image : "";
  return text.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}

export function kindOf(name: string, service: Loose): Kind {
  const repository = service.build === undefined ? repositoryOf(service.image) : "";
  for (const [store, pattern] of STORES) if (pattern.test(repository)) return { is: store };
  if (GATEWAY.test(repository)) {
    return {
      instead: "the gateway does this: slipway:routes, slipway:tls and slipway:headers",
      is: "gateway",
    };
  }
  for (const [pattern, instead] of PLATFORM) if (pattern.test(repository)) return { instead, is: "platform" };
  if (FOREIGN.test(repository)) {
    return {
      instead: "Slipway runs Postgres and Redis; use a managed one and give its address as a secret",
      is: "foreign",
    };
  }
  if (/migrat/i.test(name) && (service.ports === undefined || !Array.isArray(service.ports))) {
    return { is: "migration" };
  }
  const listens = (Array.isArray(service.ports) && service.ports.length > 0) || hasItems(service.expose);
  if (!listens && !hasHttpProbe(service)) return { is: ends(service) ? "job" : "worker" };
  return /(?:^|[-_])(?:web|www|front|frontend|ui|client|site|spa|admin|dashboard)(?:$|[-_])/i.test(name)
    ? { is: "web" }
    : { is: "api" };
}

/** Only who says so means it: compose starts nothing again by itself, and few write down what they want. */
function ends({ command, deploy, entrypoint, restart }: Loose): boolean {
  const policy = isRecord(deploy) && isRecord(deploy.restart_policy) ? deploy.restart_policy : {};
  const once = restart === "no" || restart === false || policy.condition === "none";
  return once && (command ?? entrypoint) !== undefined;
}

function hasItems(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function hasHttpProbe({ healthcheck }: Loose): boolean {
  return (
    isRecord(healthcheck) &&
    /https?:\/\/(?:localhost|127\.0\.0\.1)/.test(JSON.stringify(healthcheck.test ?? ""))
  );
}
