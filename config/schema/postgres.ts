/** `postgres`: where data lives, and how it comes back. */
import { z } from "zod";
import { elsewhere, place, tiers } from "./buckets";
import {
  bytes,
  cpu,
  duration,
  GI,
  image,
  key,
  nonEmpty,
  oneForm,
  oneOf,
  schedule,
  secretName,
  whole,
  withDefault,
  yesOrNo,
} from "./types";

const offsite = z.strictObject({
  ...elsewhere,
  every: key(schedule().prefault("daily"), "When what is new is copied"),
  keep: key(tiers(90).prefault({}), "How long copies are kept there"),
  image: key(image().optional(), "Image with rclone, when not the usual one"),
});

const backup = z.strictObject({
  ...place,
  every: key(schedule().prefault("daily"), "When a full backup is taken"),
  wal: key(
    duration(10e3, 24 * 3600e3).prefault("5m"),
    "Changes are archived at least this often: the most a lost disk can cost",
  ),
  keep: key(tiers(30).prefault({}), "How long backups are kept"),
  compression: key(
    oneOf("gzip", "zstd", "lz4", "snappy", "none").prefault("gzip"),
    "How backups are compressed",
  ),
  encryption: key(
    oneOf("bucket", "aes256", "kms").prefault("bucket"),
    "Encryption at rest: the bucket's own default, or asked for with each object",
  ),
  lock: key(
    duration(86_400e3).optional(),
    "Nobody can delete a backup younger than this, not even with the keys",
    "14d",
  ),
  offsite: key(offsite.optional(), "A second copy of all backups and changes, in another bucket"),
  image: key(
    image().optional(),
    "Image with Barman's commands, which keeps tiers, when not that of the operator's plugin",
  ),
});

const drill = z.strictObject({
  every: key(
    schedule().prefault("weekly"),
    "When the newest backup is restored into a throwaway database and checked",
  ),
  late: key(
    duration(3600e3).optional(),
    "Alert, and refuse production deploys, when the last good drill is older; when not said, twice `every`",
    "8d",
  ),
  timeout: key(
    duration(60e3, 24 * 3600e3).optional(),
    "Time after which a drill has failed; when not said, `targets.rto`, or 1h without one",
    "30m",
  ),
  checks: key(
    z
      .array(
        z.strictObject({
          name: key(nonEmpty("a name", 80), "What it proves", "users are there"),
          sql: key(
            nonEmpty("an SQL query that yields one value", 16_384),
            "A query that yields one value",
            "select count(*) from users",
          ),
          expect: key(
            nonEmpty("a comparison such as >= 1", 256).prefault("= true"),
            "What the value must be: a comparison",
            ">= 1",
          ),
        }),
      )
      .prefault([]),
    "Queries the restored database must answer",
  ),
  amcheck: key(yesOrNo().prefault(true), "Check every index and table for corruption"),
  image: key(
    image().optional(),
    "Image of the job that holds it: anything with `node` of version 22 or later. When not said, the official one",
    "ghcr.io/acme/node:24",
  ),
  storage: key(bytes(GI).optional(), "Size of the throwaway disk; when not said, the database's own", "20Gi"),
});

const CLUSTER = "a name of lower-case letters, digits and -, up to 40";
const cluster = () =>
  z.string({ error: () => CLUSTER }).regex(/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/, { error: () => CLUSTER });
const MOMENT = "a moment such as 2026-11-21T15:30:00Z, latest, or backup";

const restored = z.strictObject({
  name: key(cluster(), "What it is called on the cluster", "postgres-20261121-1530"),
  from: key(cluster(), "The database whose backups it began with", "postgres"),
  to: key(
    z
      .string({ error: () => MOMENT })
      .refine((text) => ["latest", "backup"].includes(text) || isMoment(text), { error: () => MOMENT }),
    "The moment it was restored to; `latest`: all that was archived; `backup`: the backup as it was taken",
    "2026-11-21T15:30:00Z",
  ),
  backup: key(
    nonEmpty("a backup's id").optional(),
    "The backup it began with; when not said, the newest before `to`",
    "20261121T030000",
  ),
  of: key(
    nonEmpty("a stack's name").optional(),
    "The other stack whose backups it began with; `./slipway clone` writes it. Made anew, it begins empty",
    "production",
  ),
});
const isMoment = (text: string) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));

const pooler = z.strictObject({
  mode: key(
    oneOf("transaction", "session").prefault("transaction"),
    "When a connection goes back to the pool",
  ),
  instances: key(
    whole(1, 20).optional(),
    "Poolers; 2 in staging and production, 1 in local, when not said",
    2,
  ),
  size: key(whole(1, 2000).prefault(20), "Connections each pooler opens to Postgres"),
  clients: key(whole(1, 20_000).prefault(1000), "Connections each pooler accepts"),
  reads: key(yesOrNo().prefault(false), "A second pooler for read-only connections"),
});

const identifier = () =>
  z.string({ error: () => IDENTIFIER }).regex(/^[a-z_][a-z0-9_]{0,62}$/, { error: () => IDENTIFIER });
const IDENTIFIER = "a Postgres name of lower-case letters, digits and _, up to 63";

const MODE = "`operator` runs it in the cluster; `external` uses a managed one elsewhere";

const operated = {
  mode: key(z.literal("operator").meta({ default: "operator" }), MODE),
  version: key(whole(14, 18).prefault(17), "Major version of Postgres"),
  image: key(image().optional(), "Image of the database, when not the operator's usual one of `version`"),
  instances: key(
    whole(1, 9).optional(),
    "Primary and replicas; 3 in production, 1 elsewhere, when not said",
    3,
  ),
  storage: key(
    bytes(GI, 64 * 1024 * GI, "a size from 1Gi to 64Ti").prefault("10Gi"),
    "Disk of each instance",
  ),
  wal: key(
    bytes(GI, 64 * 1024 * GI, "a size from 1Gi to 64Ti").optional(),
    "A disk of its own for the write-ahead log",
    "10Gi",
  ),
  class: key(nonEmpty("a storage class").optional(), "Storage class; when not said, the cloud's usual one"),
  cpu: key(cpu().prefault("500m"), "CPU of each instance"),
  memory: key(
    bytes(256 * 1024 ** 2, 4096 * GI, "a size from 256Mi").optional(),
    "Memory of each instance, from which buffers and connections are tuned; 4Gi in production, 1Gi in staging, 512Mi in local, when not said",
    "4Gi",
  ),
  connections: key(whole(20, 5000).optional(), "max_connections, when not tuned from `memory`", 200),
  extensions: key(z.array(identifier()).prefault([]), "Extensions to create", [
    "vector",
    "pg_stat_statements",
  ]),
  parameters: key(
    z
      .record(
        z.string().regex(/^[a-z_][a-z0-9_.]*$/, { error: () => "a Postgres setting's name" }),
        z
          .union([z.string(), z.number(), z.boolean()], { error: () => "a text, a number, true or false" })
          .transform(String),
      )
      .prefault({}),
    "Postgres settings beyond the tuned ones",
    { log_min_duration_statement: "200ms" },
  ),
  synchronous: key(
    z
      .strictObject({
        replicas: key(
          whole(1, 4).prefault(1),
          "Replicas that must have a transaction before it is acknowledged",
        ),
        durability: key(
          oneOf("required", "preferred").prefault("required"),
          "`required` stops writes when too few replicas are there; `preferred` goes on",
        ),
      })
      .optional(),
    "No acknowledged transaction is lost with the primary",
  ),
  pooler: key(pooler.optional(), "PgBouncer between the parts and Postgres"),
  backup: key(backup.optional(), "Backups and the archive of changes"),
  drill: key(drill.optional(), "A rehearsed restore, on schedule"),
  restored: key(
    restored.optional(),
    "The database that is live since a restore. `./slipway restore` writes it: commit what it wrote",
  ),
};

const shared = {
  database: key(identifier().optional(), "Name of the database; when not said, the product's", "shop"),
  owner: key(identifier().optional(), "Role that owns it; when not said, the database's name", "shop"),
  pool: key(
    z
      .strictObject({
        size: key(whole(1, 1000).prefault(10), "Connections each process of a part keeps open"),
        overflow: key(whole(0, 1000).prefault(0), "Connections each process may open beyond `size`"),
      })
      .prefault({}),
    "Connections of each part that needs postgres, unless it says otherwise",
  ),
};

const external = z.strictObject({
  mode: key(z.literal("external"), MODE),
  url: key(secretName(), "Secret with the connection URL", "DATABASE_URL"),
  readUrl: key(secretName().optional(), "Secret with the URL of a read replica", "DATABASE_READ_URL"),
  directUrl: key(
    secretName().optional(),
    "Secret with a URL past the vendor's pooler, for migrations",
    "DATABASE_DIRECT_URL",
  ),
  addresses: key(
    z.array(z.string()).prefault(["0.0.0.0/0"]),
    "Ranges its servers are in, which the parts may reach",
    ["10.30.0.0/24"],
  ),
  port: key(whole(1, 65535).prefault(5432), "Its port"),
  connections: key(whole(1, 20_000), "Connections the plan allows", 100),
  tls: key(oneOf("verify-full", "require").prefault("verify-full"), "How its certificate is checked"),
  ca: key(
    secretName().optional(),
    "Secret with the CA of its certificate, when not a public one",
    "DATABASE_CA",
  ),
  ...shared,
});

export const postgres = z.preprocess(
  withDefault("mode", "operator"),
  z.discriminatedUnion("mode", [z.strictObject({ ...operated, ...shared }), external], {
    error: oneForm("operator or external", "a map such as {instances: 3, storage: 50Gi}"),
  }),
);
