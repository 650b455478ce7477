/** `parts` and `jobs`: what runs, from which image, how much of it, with what it needs. */
import { z } from "zod";
import { LONGEST } from "../names";
import {
  need,
  secretMap,
  build,
  scale,
  amount,
  volume,
  workerHealth,
  healthOf,
  ARCHITECTURES,
  egress,
  envMap,
  fromMap,
} from "./pieces";
import { targetsOfRoute } from "./targets";
import {
  absolutePath,
  bytes,
  command,
  cpu,
  duration,
  image,
  key,
  name,
  nonEmpty,
  oneForm,
  oneOf,
  port,
  schedule,
  secretName,
  whole,
  yesOrNo,
} from "./types";

const businessMetric = z.strictObject({
  metric: key(
    z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/, { error: () => "a Prometheus metric's name" }),
    "The metric, as the part exposes it; a histogram without its _bucket",
    "patterns_generated_total",
  ),
  title: key(nonEmpty("a title", 80), "Title on the Business dashboard", "Patterns generated"),
  kind: key(oneOf("counter", "gauge", "histogram").prefault("counter"), "How the metric behaves"),
  by: key(
    z.array(z.string().regex(/^[a-zA-Z_]\w*$/, { error: () => "a label's name" })).prefault([]),
    "Labels to split it by",
    ["shape"],
  ),
  unit: key(
    oneOf("count", "seconds", "milliseconds", "bytes", "percent", "money").prefault("count"),
    "Unit of the axis",
  ),
});

const metrics = z.strictObject({
  path: key(absolutePath().prefault("/metrics"), "Where Prometheus reads the part's own metrics"),
  port: key(port().optional(), "Port of the metrics, when not the part's own", 9090),
  interval: key(duration(5e3, 3600e3).prefault("30s"), "Time between two readings"),
  business: key(z.array(businessMetric).prefault([]), "Metrics for the Business dashboard"),
});

const KIND = "What it is: `api` answers requests, `web` serves pages, `worker` takes jobs and has no port";

const pool = z.strictObject({
  size: key(whole(1, 1000), "Connections each process keeps open", 5),
  overflow: key(whole(0, 1000).prefault(0), "Connections each process may open beyond `size`", 10),
  processes: key(
    whole(1, 256).prefault(1),
    "Processes in a pod, each with its own pool (uvicorn or gunicorn workers)",
    4,
  ),
});

const migrateObject = z.strictObject({
  command: key(command(), "The migration, run once for each new image, before any new pod", [
    "alembic",
    "upgrade",
    "head",
  ]),
  timeout: key(duration(1e3, 24 * 3600e3).prefault("10m"), "Time after which it has failed"),
  backup: key(
    duration(60e3).optional(),
    "Before it runs, `slipway deploy` wants a backup no older than this, and takes one where there is none",
    "1h",
  ),
  connections: key(whole(1, 100).prefault(1), "Postgres connections it opens"),
});
const migrate = z
  .union([command(), migrateObject], {
    error: () => "a command such as [alembic, upgrade, head], or a map with command",
  })
  .transform((value) => (Array.isArray(value) ? migrateObject.parse({ command: value }) : value));

const common = {
  image: key(image().optional(), "Image to run; or `build`", "ghcr.io/acme/api:2.3.1@sha256:…"),
  build: key(build.optional(), "Build the image from source instead of naming one"),
  command: key(command().optional(), "Replaces the image's entry point", ["uvicorn", "app.main:app"]),
  args: key(z.array(z.string()).optional(), "Replaces the image's arguments", ["--workers", "4"]),
  needs: key(
    z.array(need()).prefault([]),
    "What it connects to: postgres, redis, other parts. Opens the network for exactly that, and gives it DATABASE_URL, REDIS_URL or the part's URL",
    ["postgres", "redis"],
  ),
  egress: key(
    z.array(egress()).prefault([]),
    "Further places it may connect to: `internet` (port 443), `internet:25`, a range with an optional port, or a Service of another namespace and its pods' port",
    ["internet", "10.20.0.0/16:5432", "prometheus.monitoring:9090"],
  ),
  env: key(envMap().prefault({}), "Plain environment variables. Secrets go in `secrets`", {
    LOG_LEVEL: "warning",
  }),
  from: key(
    fromMap().prefault({}),
    "What it needs, under the names its program reads: `url`, `readUrl`, `directUrl`, `host`, `readHost`, `port`, `database`, `user`, `password` of postgres; `url`, `host`, `port`, `password` of redis; `url`, `host`, `port` of a part. Of a store elsewhere only the URLs",
    { DB_HOST: "postgres.host", DB_PASSWORD: "postgres.password" },
  ),
  secrets: key(secretMap().prefault([]), "Secrets it gets as environment variables", ["JWT_SECRET"]),
  scale: key(scale.prefault({}), "How many replicas: a number, or from `min` to `max`", {
    min: 3,
    max: 10,
    cpu: 70,
  }),
  cpu: key(
    amount(cpu(), "cores such as 500m, or a map with request and limit").prefault({
      request: "100m",
      limit: "500m",
    }),
    "CPU of one replica",
    { request: "250m", limit: "1" },
  ),
  memory: key(
    amount(bytes(4 * 1024 ** 2), "a size such as 256Mi, or a map with request and limit").prefault("256Mi"),
    "Memory of one replica",
    { request: "256Mi", limit: "512Mi" },
  ),
  metrics: key(
    z
      .union([absolutePath(), metrics], { error: () => "a path such as /metrics, or a map" })
      .transform((value) => (typeof value === "string" ? metrics.parse({ path: value }) : value))
      .optional(),
    "The part's own metrics, if it has any",
    "/metrics",
  ),
  pool: key(pool.optional(), "Its Postgres connections, when other than `postgres.pool`"),
  migrate: key(migrate.optional(), "Database migration that comes before each new version", [
    "alembic",
    "upgrade",
    "head",
  ]),
  volumes: key(
    z.record(name(LONGEST.volume), volume).prefault({}),
    "Volumes by name. All else is read-only",
    { tmp: { path: "/tmp", size: "64Mi", kind: "scratch" } },
  ),
  user: key(whole(1, 2_147_483_647).prefault(65532), "User and group the processes run as; never root"),
  grace: key(duration(1e3, 24 * 3600e3).prefault("30s"), "Time a stopping replica has to finish its work"),
  drain: key(
    duration(0, 600e3).prefault("5s"),
    "Time a stopping replica keeps answering while traffic moves away",
  ),
  deadline: key(
    duration(10e3, 24 * 3600e3).prefault("5m"),
    "Time a new version has to become ready before the update has failed",
  ),
  architectures: key(
    z
      .array(oneOf(...ARCHITECTURES))
      .min(1)
      .optional(),
    "Architectures its image is built for; when not said, any node",
    ["amd64", "arm64"],
  ),
  priority: key(oneOf("high", "normal", "low").prefault("normal"), "Who goes first when a node runs short"),
  sentry: key(
    z.union([z.literal(false), secretName()], { error: () => "false, or the name of a secret" }).optional(),
    "Its own Sentry DSN instead of `sentry.dsn`, or false for none",
    "WEB_SENTRY_DSN",
  ),
};

const served = {
  port: key(port(), "Port it listens on", 8000),
  health: key(healthOf.prefault({}), "Where its probes look", { live: "/health", ready: "/ready" }),
  sticky: key(yesOrNo().prefault(false), "Keep a visitor on the same replica by cookie"),
  targets: key(targetsOfRoute.optional(), "Promises for all its routes, when other than `targets`", {
    p95: "2s",
  }),
};

const api = z.strictObject({ kind: key(z.literal("api"), KIND), ...served, ...common });
const web = z.strictObject({
  kind: key(z.literal("web"), KIND),
  ...served,
  ...common,
  health: key(healthOf.prefault("/"), "Where its probes look"),
  spa: key(yesOrNo().prefault(false), "A single-page application: unknown paths get its index page"),
});
const worker = z.strictObject({
  kind: key(z.literal("worker"), KIND),
  ...common,
  health: key(workerHealth.optional(), "How its probes ask: a command, or a port only they use", {
    live: "/health",
    port: 9000,
  }),
});

export const part = z.discriminatedUnion("kind", [api, web, worker], {
  error: oneForm("api, web or worker", "a map with kind api, web or worker"),
});

export const job = z.strictObject({
  part: key(name(LONGEST.part, "part"), "Part whose image, environment, secrets and needs it has", "api"),
  command: key(command(), "What it runs", ["python", "-m", "app.cleanup"]),
  every: key(schedule().optional(), "When it runs; or `once`", "0 3 * * *"),
  once: key(
    yesOrNo().optional(),
    "Runs once for each change of image or command, after the migration: seed data",
    true,
  ),
  timeout: key(duration(1e3, 7 * 86_400e3).prefault("1h"), "Time after which it has failed"),
  retries: key(whole(0, 20).prefault(2), "Further tries before it has failed"),
  overlap: key(oneOf("skip", "replace", "allow").prefault("skip"), "When the last run is still going"),
  env: key(envMap().prefault({}), "Environment variables beyond its part's"),
  cpu: key(amount(cpu(), "cores such as 500m").prefault({ request: "100m", limit: "500m" }), "CPU"),
  memory: key(amount(bytes(4 * 1024 ** 2), "a size such as 256Mi").prefault("256Mi"), "Memory"),
  connections: key(whole(0, 100).prefault(1), "Postgres connections it opens, when its part needs postgres"),
});

export type PartInput = z.input<typeof part>;
export type PartOutput = z.output<typeof part>;
export type JobOutput = z.output<typeof job>;
