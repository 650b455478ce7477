/** What the program works with: a stack file with every default filled in, also those that depend on other keys. */
import type { StackOutput } from "./schema/stack";
import { SEVERITIES } from "./schema/watching";
import { type Bytes, formatBytes, type Rate } from "./units";

type Parsed = StackOutput;
type ParsedPart = Parsed["parts"][string];
type ParsedRoute = Parsed["routes"][number];
type Operated = Extract<NonNullable<Parsed["postgres"]>, { mode: "operator" }>;
type ManagedRedisParsed = Extract<NonNullable<Parsed["redis"]>, { mode: "managed" }>;
type Filled<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: Exclude<T[P], undefined> };

export type Tier = Parsed["tier"];
export type Cluster = Parsed["clusters"][string];
export type Host = Filled<Parsed["hosts"][string], "proxied">;
export type Scale = Filled<ParsedPart["scale"], "min" | "max">;
type WithScale<T> = T extends { scale: unknown } ? Omit<T, "scale"> & { readonly scale: Scale } : never;
/** `api`, `web` and `worker`, told apart by `kind`. */
export type PartSettings = WithScale<ParsedPart>;
export type ApiSettings = Extract<PartSettings, { kind: "api" }>;
export type WebSettings = Extract<PartSettings, { kind: "web" }>;
export type WorkerSettings = Extract<PartSettings, { kind: "worker" }>;
export type JobSettings = Parsed["jobs"][string];
export type Pooler = Filled<NonNullable<Operated["pooler"]>, "instances">;
export type Backup = NonNullable<Operated["backup"]>;
export type Drill = Filled<NonNullable<Operated["drill"]>, "late" | "timeout">;
export type OperatedPostgres = Filled<
  Omit<Operated, "pooler" | "drill">,
  "instances" | "memory" | "database" | "owner"
> & {
  readonly pooler?: Pooler | undefined;
  readonly drill?: Drill | undefined;
};
export type ExternalPostgres = Filled<
  Extract<NonNullable<Parsed["postgres"]>, { mode: "external" }>,
  "database" | "owner"
>;
/** Told apart by `mode`. */
export type PostgresSettings = OperatedPostgres | ExternalPostgres;
export type ManagedRedis = Filled<ManagedRedisParsed, "eviction" | "persist" | "storage">;
export type ExternalRedis = Extract<NonNullable<Parsed["redis"]>, { mode: "external" }>;
/** Told apart by `mode`. */
export type RedisSettings = ManagedRedis | ExternalRedis;
/** Who a limit counts and how many; `burst` is at least 1. */
export interface Limit {
  readonly rate: Rate;
  readonly burst: number;
  readonly by: string;
}
export type Route = Omit<ParsedRoute, "limit"> & { readonly limit?: Limit | undefined };
export type SecretSource = Parsed["secrets"][string];
export type Alerts = Parsed["alerts"];
export type Targets = Parsed["targets"];
export type Access = NonNullable<Parsed["access"]>;
export type Sentry = Filled<NonNullable<Parsed["sentry"]>, "environment">;

type Replaced =
  | "namespace"
  | "protect"
  | "hosts"
  | "parts"
  | "postgres"
  | "redis"
  | "routes"
  | "monitoring"
  | "sentry"
  | "release";
export interface Settings extends Omit<Parsed, Replaced> {
  readonly namespace: string;
  readonly protect: boolean;
  readonly hosts: Readonly<Record<string, Host>>;
  readonly parts: Readonly<Record<string, PartSettings>>;
  readonly postgres?: PostgresSettings | undefined;
  readonly redis?: RedisSettings | undefined;
  readonly routes: readonly Route[];
  readonly monitoring: Filled<Parsed["monitoring"], "enabled">;
  readonly sentry?: Sentry | undefined;
  readonly release: Filled<Parsed["release"], "drill">;
}

/** Fills in what depends on other keys. The input has passed the schema; cross-checks come after. */
export function finish(parsed: Parsed): Settings {
  const careful = parsed.tier !== "local";
  const { postgres, redis, sentry } = parsed;
  return {
    ...parsed,
    namespace: parsed.namespace ?? parsed.product,
    protect: parsed.protect ?? careful,
    // Without Cloudflare's names nobody is in front, and what a header says of the visitor would be the visitor's word.
    hosts: mapValues(parsed.hosts, (host) => ({
      ...host,
      proxied: host.proxied ?? (parsed.dns.provider === "cloudflare" && parsed.dns.proxied),
    })),
    parts: mapValues(parsed.parts, (part) => ({ ...part, scale: finishScale(part.scale, careful ? 2 : 1) })),
    postgres: postgres && finishPostgres(postgres, parsed),
    redis: redis?.mode === "managed" ? finishRedis(redis) : redis,
    alerts: { ...parsed.alerts, channels: { ...impliedChannels(parsed.alerts), ...parsed.alerts.channels } },
    routes: parsed.routes.map((route) => ({ ...route, limit: route.limit && finishLimit(route.limit) })),
    monitoring: { ...parsed.monitoring, enabled: parsed.monitoring.enabled ?? careful },
    sentry: sentry && { ...sentry, environment: sentry.environment ?? parsed.tier },
    release: {
      ...parsed.release,
      drill:
        parsed.release.drill ??
        (parsed.tier === "production" && postgres?.mode === "operator" && postgres.drill !== undefined),
    },
  };
}

const USUAL_MEMORY: Readonly<Record<Tier, Bytes>> = {
  production: { value: 4 * 1024 ** 3, text: "4Gi" },
  staging: { value: 1024 ** 3, text: "1Gi" },
  local: { value: 512 * 1024 ** 2, text: "512Mi" },
};

function finishScale(scale: ParsedPart["scale"], usual: number): Scale {
  const min = scale.min ?? Math.min(usual, scale.max ?? usual);
  return { ...scale, min, max: scale.max ?? min };
}

function finishPostgres(postgres: NonNullable<Parsed["postgres"]>, parsed: Parsed): PostgresSettings {
  const database = postgres.database ?? parsed.product.replaceAll("-", "_");
  const named = { database, owner: postgres.owner ?? database };
  if (postgres.mode === "external") return { ...postgres, ...named };
  const { pooler, drill } = postgres;
  return {
    ...postgres,
    ...named,
    instances: postgres.instances ?? (parsed.tier === "production" ? 3 : 1),
    pooler: pooler && { ...pooler, instances: pooler.instances ?? (parsed.tier === "local" ? 1 : 2) },
    memory: postgres.memory ?? USUAL_MEMORY[parsed.tier],
    drill: drill && {
      ...drill,
      timeout: drill.timeout ?? parsed.targets.rto ?? { value: 3600e3, text: "1h" },
      late: drill.late ?? { value: 2 * drill.every.longestGap, text: `twice ${drill.every.text}` },
    },
  };
}

function finishRedis(redis: ManagedRedisParsed): ManagedRedis {
  const queue = redis.role === "queue";
  const gibibyte = 1024 ** 3;
  const bytes = Math.max(gibibyte, Math.ceil((4 * redis.memory.value) / gibibyte) * gibibyte);
  return {
    ...redis,
    eviction: redis.eviction ?? (queue ? "noeviction" : "allkeys-lru"),
    persist: redis.persist ?? queue,
    storage: redis.storage ?? { value: bytes, text: formatBytes(bytes) },
  };
}

/** `critical: pagerduty` says enough: what else such a channel needs has its usual name. */
function impliedChannels(alerts: Parsed["alerts"]): Parsed["alerts"]["channels"] {
  const named = new Set([
    ...SEVERITIES.flatMap((severity) => alerts[severity] ?? []),
    ...Object.values(alerts.rules).flatMap((rule) => rule.to ?? []),
    ...(alerts.escalate?.to ?? []),
  ]);
  return {
    ...(named.has("pagerduty") ? { pagerduty: { kind: "pagerduty", key: "PAGERDUTY_ROUTING_KEY" } } : {}),
    ...(named.has("slack") ? { slack: { kind: "slack", webhook: "SLACK_WEBHOOK_URL" } } : {}),
  };
}

function finishLimit(limit: NonNullable<ParsedRoute["limit"]>): Limit {
  return { ...limit, burst: limit.burst ?? Math.max(1, Math.ceil(limit.rate.value)) };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
