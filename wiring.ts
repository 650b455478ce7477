/** Small translations between what a stack says and what components are told; index.ts is the page that uses them. */
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "./clouds";
import { cloudflareRanges } from "./config/cloudflare";
import type { BackupArgs } from "./components/backups";
import type { BucketArgs } from "./components/bucket";
import type { HeldSecret } from "./components/needs";
import { type DnsArgs, kindOfTarget } from "./components/dns";
import { clusterProvider } from "./components/cluster-provider";
import type { Ingress } from "./components/ingress";
import type { IngressArgs } from "./components/ingress-args";
import type { MonitoringArgs } from "./components/monitoring";
import { trusted } from "./components/monitoring/probes";
import type { PostgresArgs } from "./components/postgres-args";
import type { RedisArgs } from "./components/redis";
import { routeName } from "./components/routes";
import type { SecretOrigin } from "./components/secrets";
import type { Space, SpaceArgs } from "./components/space";
import {
  type Cluster,
  platform,
  type PostgresSettings,
  Problems,
  type RedisSettings,
  type Settings,
} from "./config";
import { type Program, readSettings } from "./config/program";
import { backupOf, upkeepTimes } from "./wiring-copies";

export type Values = Readonly<Record<string, pulumi.Output<string>>>;
const DAY = 86_400e3;
/** Where a secret of a name is. */
export type Get = (name: string) => HeldSecret;

/** One cluster of the stack, as everything on it sees it. */
export interface Place {
  readonly settings: Settings;
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly space: Space;
  /** The stack's secrets by name. */
  readonly secret: Get;
  /** Keys of the bucket Slipway made for backups, if it made one. */
  readonly bucketKeys: BackupArgs["credentials"];
}

/** What the stack says. What is wrong with it is said as it is written, without a stack trace: it is nobody's bug. */
export function read(): Program {
  try {
    return readSettings();
  } catch (error) {
    throw error instanceof Problems ? new pulumi.RunError(error.message) : error;
  }
}

/** A cluster's provider: its context named, server-side apply always, so that nobody's other fields are lost. */
export function providerOf(name: string, cluster: Cluster, secrets: Values): k8s.Provider {
  const { context, kubeconfig, kubeconfigSecret } = cluster;
  return clusterProvider(name, {
    ...(context === undefined ? {} : { context }),
    ...(kubeconfigSecret === undefined ? {} : { kubeconfig: valueOf(secrets, kubeconfigSecret) }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  });
}

/** The namespace and what all in it share. */
export function spaceOf(settings: Settings, secrets: Values): SpaceArgs {
  const { namespace, owner, product, protect, monitoring, registry } = settings;
  return {
    ...(monitoring.enabled ? { monitoring: platform.monitoring.namespace } : {}),
    namespace,
    owner,
    product,
    protect,
    registry: registryOf(registry, secrets),
  };
}

/** The bucket in R2 that Slipway makes: for backups that name one there and no keys. */
export function bucketOf(settings: Settings, secrets: Values): BucketArgs | undefined {
  const { dns, postgres, protect } = settings;
  const backup = postgres?.mode === "operator" ? postgres.backup : undefined;
  if (backup?.bucket.provider !== "r2" || backup.credentials !== undefined) return undefined;
  const account = backup.account ?? dns.account;
  if (account === undefined) throw new Error(`${backup.bucket.text}: R2 needs the Cloudflare account's id`);
  return {
    account,
    bucket: backup.bucket.name,
    lockDays: backup.lock && Math.ceil(backup.lock.value / DAY),
    protect,
    token: dns.token === undefined ? undefined : valueOf(secrets, dns.token),
  };
}

/** The registry's login, where it wants one. */
export function registryOf(registry: Settings["registry"], secrets: Values): SpaceArgs["registry"] {
  const { server, username, password } = registry;
  if (server === undefined || username === undefined || password === undefined) return undefined;
  return { password: valueOf(secrets, password), server, username };
}

/** Where each secret comes from, the values of those in the stack's config with them. */
export function originsOf(settings: Settings, secrets: Values): Record<string, SecretOrigin> {
  const origin = ([name, source]: [string, Settings["secrets"][string]]): [string, SecretOrigin] => [
    name,
    source.kind === "given" ? { ...source, value: valueOf(secrets, name) } : source,
  ];
  return Object.fromEntries(Object.entries(settings.secrets).map(origin));
}

/** The database, on this cluster or elsewhere. */
export function postgresOf(postgres: PostgresSettings, here: Place): PostgresArgs {
  const { cloud, cluster, secret, settings, space } = here;
  if (postgres.mode === "external") {
    const { url, readUrl, directUrl, ca, ...rest } = postgres;
    return {
      ...rest,
      ca: ca === undefined ? undefined : secret(ca),
      directUrl: directUrl === undefined ? undefined : secret(directUrl),
      readUrl: readUrl === undefined ? undefined : secret(readUrl),
      space,
      url: secret(url),
    };
  }
  return {
    ...postgres,
    backup: postgres.backup && backupOf(postgres.backup, here),
    class: classOf(postgres.class, cluster, cloud),
    interval: settings.monitoring.interval,
    space,
    zoneKey: cloud.zoneKey,
  };
}

/** The cache or queue, on this cluster or elsewhere. */
export function redisOf(redis: RedisSettings, { cloud, cluster, secret, settings, space }: Place): RedisArgs {
  if (redis.mode === "external") return { ...redis, space, url: secret(redis.url) };
  const { monitoring, parts } = settings;
  const lists = Object.values(parts).flatMap(({ scale }) =>
    scale.queue === undefined ? [] : [scale.queue.redis],
  );
  return {
    ...redis,
    class: classOf(redis.class, cluster, cloud),
    exporter: monitoring.enabled
      ? { image: redis.exporterImage?.text, interval: monitoring.interval, lists: [...new Set(lists)] }
      : false,
    space,
  };
}

/** The way in. */
export function ingressOf({ cluster, secret, settings, space }: Place): Omit<IngressArgs, "parts"> {
  const { access, dns, headers, hosts, parts, routes, tls } = settings;
  return {
    access,
    addressed: dns.provider === "cloudflare" && dns.target === undefined,
    className: cluster.gateway,
    headers,
    hosts,
    onlyFrom:
      dns.provider === "cloudflare" && dns.origin === "cloudflare-only" ? cloudflareRanges : undefined,
    routes,
    secret,
    space,
    sticky: Object.entries(parts).flatMap(([name, part]) =>
      part.kind !== "worker" && part.sticky ? [name] : [],
    ),
    tls: {
      ...tls,
      dnsToken: tls.challenge === "dns" && dns.token !== undefined ? secret(dns.token) : undefined,
    },
  };
}

/** What is watched, and who hears of it. */
export function monitoringOf({ cloud, secret, settings, space }: Place, ingress: Ingress): MonitoringArgs {
  const { alerts, hosts, jobs, monitoring, parts, postgres, redis, routes, targets, tls } = settings;
  const operated = postgres?.mode === "operator" ? postgres : undefined;
  const managed = redis?.mode === "managed" ? redis : undefined;
  return {
    alerts,
    business: Object.values(parts).flatMap(({ metrics }) => metrics?.business ?? []),
    copies: mapValues(upkeepTimes(settings), (every, job) => ({
      every,
      needs: job === "redis-copy" ? ["redis"] : [],
    })),
    dashboards: monitoring.dashboards,
    jobs: mapValues(jobs, ({ every, part }) => ({
      every: every?.longestGap,
      needs: parts[part]?.needs ?? [],
    })),
    labels: monitoring.labels,
    parts: mapValues(parts, ({ metrics, migrate, needs, scale }) => ({
      migrates: migrate !== undefined,
      needs,
      scale,
      scraped: metrics !== undefined,
    })),
    postgres: operated && {
      backupEvery: operated.backup?.every.longestGap,
      drillLate: operated.drill?.late.value,
      pooler: operated.pooler !== undefined,
    },
    probes: {
      interval: monitoring.interval,
      routes: Object.fromEntries(
        routes.flatMap((route) => {
          const part = parts[route.to ?? ""];
          const host = hosts[route.host]?.name;
          if (route.to === undefined || part === undefined || part.kind === "worker" || host === undefined)
            return [];
          return [[routeName(route), { health: part.health.ready, host, part: route.to, route }]];
        }),
      ),
      trusted: trusted(tls),
    },
    redisRole: managed?.role,
    routes: Object.fromEntries(
      routes.flatMap((route) => {
        const part = parts[route.to ?? ""];
        if (route.to === undefined || part === undefined || part.kind === "worker") return [];
        const said = { ...targets, ...defined(part.targets), ...defined(route.targets) };
        const watched = { part: route.to, requests: ingress.requests.of(route), stream: route.stream };
        return [[routeName(route), { ...watched, targets: said }]];
      }),
    ),
    secret,
    space,
    targets,
    watched: {
      counter: ingress.requests.counter,
      histogram: ingress.requests.histogram,
      postgres: operated && "postgres",
      redis: managed && "redis",
      requests: ingress.requests.to,
      sharedDisks: !cloud.dedicated,
    },
  };
}

/** The hosts' names, pointing where the primary cluster takes traffic in. */
export function dnsOf(
  { dns, hosts, product, tier }: Settings,
  address: pulumi.Output<string | undefined>,
  cloud: Cloud,
  secrets: Values,
): DnsArgs {
  if (dns.zone === undefined) throw new Error("dns: a zone is needed");
  const found = address.apply((there) => {
    if (there !== undefined) return there;
    throw new Error("the gateway has not said where it answers; run again when it has, or write dns.target");
  });
  return {
    comment: `${product}, ${tier}`,
    hosts,
    target: dns.target ?? found,
    targetIs: dns.target === undefined ? cloud.loadBalancer.address : kindOfTarget(dns.target),
    token: dns.token === undefined ? undefined : valueOf(secrets, dns.token),
    zone: dns.zone,
  };
}

/** Storage class: what the stack says for the thing, then for the cluster, then the cloud's own. */
export function classOf(said: string | undefined, cluster: Cluster, cloud: Cloud): string | undefined {
  return said ?? cluster.class ?? cloud.storageClass;
}

function valueOf(secrets: Values, name: string): pulumi.Output<string> {
  const value = secrets[name];
  if (value === undefined) {
    throw new Error(
      `secrets.${name}: its value is needed before the cluster is there; keep it in the stack's config`,
    );
  }
  return value;
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  change: (value: T, name: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

/** Without what is not said, so that it does not hide what is said elsewhere. */
function defined<T extends object>(said: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(said ?? {}).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
