/** The whole of a stack file: every key below `slipway:`. */
import { z } from "zod";
import { LONGEST } from "../names";
import { cluster, dns, registry, secrets, tls } from "./edge";
import { job, part } from "./parts";
import { envMap } from "./pieces";
import { postgres } from "./postgres";
import { redis } from "./redis";
import { access, headers, hosts, route, smoke } from "./routes";
import { targets } from "./targets";
import { key, name, nonEmpty, oneOf, yesOrNo } from "./types";
import { alerts, costs, monitoring, otel, release, runbook, sentry, waiver } from "./watching";

export const TIERS = ["local", "staging", "production"] as const;

export const stack = z.strictObject({
  product: key(
    name(LONGEST.product, "product"),
    "Name of the product: labels, the namespace and the database carry it",
    "shop",
  ),
  tier: key(
    oneOf(...TIERS).prefault("production"),
    "How careful to be. `production`: pinned images, two replicas or more, backups, protected data. `staging`: not open to everyone. `local`: small, and may be thrown away",
  ),
  owner: key(
    nonEmpty("a team or a person", 63).optional(),
    "Who answers for it: an annotation of the namespace",
    "team-shop",
  ),
  namespace: key(
    name(LONGEST.namespace, "namespace").optional(),
    "Kubernetes namespace; when not said, the product's name",
  ),
  protect: key(
    yesOrNo().optional(),
    "Refuse to delete databases, queues and volumes; true in staging and production, when not said",
  ),
  clusters: key(z.record(name(LONGEST.cluster, "cluster"), cluster), "Clusters by name", {
    eu: { context: "prod-eu", cloud: "eks" },
  }),
  hosts: key(hosts.prefault({}), "Host names by the name routes use", {
    app: "app.example.com",
    api: "api.example.com",
  }),
  parts: key(z.record(name(LONGEST.part, "part"), part), "What runs, by name", {
    api: { kind: "api", image: "ghcr.io/acme/api:1.0.0", port: 8000 },
  }),
  jobs: key(z.record(name(LONGEST.job, "job"), job).prefault({}), "What runs now and then, by name", {
    cleanup: { part: "api", command: ["cleanup"], every: "0 3 * * *" },
  }),
  env: key(envMap().prefault({}), "Plain environment variables of every part", { ENVIRONMENT: "production" }),
  secrets: key(secrets.prefault({}), "Secrets by name: the only place where they stand", {
    JWT_SECRET: { generate: { length: 48 } },
  }),
  postgres: key(postgres.optional(), "The database, if parts need one", { instances: 3, storage: "50Gi" }),
  redis: key(redis.optional(), "The cache or queue, if parts need one", { role: "queue" }),
  routes: key(z.array(route).prefault([]), "What is reachable from outside", [
    { host: "api", path: "/", to: "api" },
  ]),
  headers: key(headers.prefault({}), "Security headers of every answer"),
  access: key(access.optional(), "Who may come in at all", { allow: ["203.0.113.0/24"] }),
  dns: key(dns.prefault({ provider: "none" }), "Names of the hosts", {
    provider: "cloudflare",
    zone: "example.com",
  }),
  tls: key(tls.prefault({}), "Certificates"),
  targets: key(targets.prefault({}), "Promises with a number", { availability: 99.9, p95: "200ms" }),
  alerts: key(alerts.prefault({}), "Who hears of what", { critical: "pagerduty", high: "slack" }),
  monitoring: key(monitoring.prefault({}), "How it is watched"),
  sentry: key(
    sentry.optional(),
    "Error tracking: gives every part SENTRY_DSN, SENTRY_ENVIRONMENT, SENTRY_RELEASE and SENTRY_TRACES_SAMPLE_RATE",
    { dsn: "SENTRY_DSN" },
  ),
  otel: key(otel.optional(), "Traces: gives every part the OTEL_* variables"),
  registry: key(registry.prefault({}), "Where images may come from, and the login"),
  release: key(release.prefault({}), "Conditions of a deploy"),
  smoke: key(
    z.array(smoke).prefault([]),
    "Requests that must be answered after each deploy, beside every route's own",
  ),
  costs: key(costs.optional(), "Prices, for the preview's cost line"),
  runbook: key(runbook.prefault({}), "What the generated runbook says beside the stack's own facts"),
  waivers: key(
    z.array(waiver).prefault([]),
    "Policy findings that are accepted, by whom, why and until when",
  ),
});

export type StackInput = z.input<typeof stack>;
export type StackOutput = z.output<typeof stack>;
