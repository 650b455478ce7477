/** A stack file before it is written: its keys in their order, around the parts that somebody named. */
import { slug } from "./compose/values";

export type Tier = "local" | "staging" | "production";
export type Keys = Readonly<Record<string, unknown>>;

/** Keys without their namespace, in the order of the file. */
export type Draft = Keys;

/** What is known besides the parts. */
export interface Frame {
  readonly tier: Tier;
  readonly product: string;
  /** A name where nothing else says one: the folder's. */
  readonly fallback: string;
  /** The product's own host name; `<product>.localhost` in local. */
  readonly host?: string | undefined;
  readonly cloud?: string | undefined;
  readonly context?: string | undefined;
  /** Ranges that may come to staging; a password, when not said. */
  readonly allow: readonly string[];
  /** Bucket of the backups. */
  readonly bucket?: string | undefined;
  readonly email?: string | undefined;
  /** Who answers for it; production names somebody, the product's team where nobody is said. */
  readonly owner?: string | undefined;
  readonly alerts: "pagerduty" | "slack";
  /** jobs, secrets, postgres and redis, as far as they are known. */
  readonly keys: Keys;
  readonly parts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export function frame(given: Frame): Draft {
  const { parts, product, tier } = given;
  const host = given.host ?? (tier === "local" ? `${product}.localhost` : undefined);
  const listening = Object.keys(parts).filter((name) => parts[name]?.kind !== "worker");
  const { hosts, routes } = reachable(listening, parts, host ?? `${product}.example.com`);
  const careful = tier !== "local";
  const postgres = given.keys.postgres as Keys | undefined;
  const owner = given.owner ?? (tier === "production" ? `${product}-team` : undefined);
  return {
    product,
    tier,
    ...(owner === undefined ? {} : { owner }),
    ...(tier === "staging" ? { namespace: `${product}-staging` } : {}),
    clusters: {
      main: careful
        ? { cloud: given.cloud ?? "generic", context: given.context ?? `${product}-${tier}` }
        : { cloud: "local", context: "slipway" },
    },
    hosts,
    parts,
    ...(given.keys.jobs === undefined ? {} : { jobs: given.keys.jobs }),
    ...secretsOf(given),
    ...(postgres === undefined ? {} : { postgres: databaseOf(postgres, given) }),
    ...(given.keys.redis === undefined ? {} : { redis: given.keys.redis }),
    routes,
    ...(tier === "staging"
      ? {
          access: given.allow.length > 0 ? { allow: given.allow } : { basicAuth: { qa: "STAGING_PASSWORD" } },
        }
      : {}),
    tls: careful
      ? { issuer: "letsencrypt", ...(given.email === undefined ? {} : { email: given.email }) }
      : { issuer: "local" },
    ...(tier === "production" ? { alerts: { critical: given.alerts, high: given.alerts } } : {}),
  };
}

/** The first page, or the first API where there is none, has the product's own name; the others one below it. */
function reachable(
  listening: readonly string[],
  parts: Frame["parts"],
  host: string,
): { hosts: Record<string, string>; routes: object[] } {
  const first = listening.find((name) => parts[name]?.kind === "web") ?? listening[0];
  const hosts: Record<string, string> = first === undefined ? {} : { app: host };
  const routes = listening.map((name) => {
    const key = name === first ? "app" : slug(name, 24) === "app" ? "app-part" : slug(name, 24);
    hosts[key] ??= `${slug(name, 24)}.${host}`;
    const web = parts[name]?.kind === "web";
    return { host: key, path: "/", to: name, ...(web ? { cache: "assets" } : {}) };
  });
  return { hosts, routes };
}

function secretsOf({ alerts, allow, bucket, keys, product, tier }: Frame): { secrets?: object } {
  const outside = (property: string) => ({
    external: { store: "vault", key: `${product}/${tier}`, property },
  });
  const all = {
    ...(keys.secrets as object | undefined),
    ...(tier === "staging" && allow.length === 0 ? { STAGING_PASSWORD: { generate: { length: 24 } } } : {}),
    ...(keys.postgres !== undefined && bucket !== undefined
      ? { BACKUP_KEY_ID: outside("backup-key-id"), BACKUP_KEY: outside("backup-key") }
      : {}),
    ...(tier === "production"
      ? alerts === "pagerduty"
        ? { PAGERDUTY_ROUTING_KEY: outside("pagerduty") }
        : { SLACK_WEBHOOK_URL: outside("slack") }
      : {}),
  };
  return Object.keys(all).length === 0 ? {} : { secrets: all };
}

function databaseOf(postgres: Keys, { bucket, tier }: Frame): Keys {
  const kept = { days: tier === "production" ? 30 : 7 };
  return {
    ...(tier === "local" ? { storage: "1Gi" } : {}),
    ...postgres,
    ...(bucket === undefined
      ? {}
      : {
          backup: {
            bucket,
            credentials: { id: "BACKUP_KEY_ID", key: "BACKUP_KEY" },
            every: "daily",
            keep: kept,
          },
        }),
  };
}
