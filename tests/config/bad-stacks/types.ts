/** Stack files that are wrong, with the exact message: values of the wrong type or name. */
import type { BadStack } from "./bad-stack";
import { DIGEST, GONE } from "../stacks";

const pinned = (name: string) => `ghcr.io/acme/${name}@${DIGEST}`;

export const types: readonly BadStack[] = [
  {
    name: "a mistyped key",
    changes: { produt: "shop", product: GONE },
    lines: [
      "product: found nothing; allowed: a product of 1 to 28 lower-case letters, digits and dashes that starts with a letter and does not end with a dash",
      'produt: found an unknown key; allowed: product, tier, owner, namespace, protect, clusters, hosts, parts, jobs, env, secrets, postgres, redis, routes, headers, access, dns, tls, targets, alerts, monitoring, sentry, otel, registry, release, smoke, costs, runbook, waivers; did you mean "product"?',
    ],
  },
  {
    name: "a product's name in capitals",
    changes: { product: "Shop" },
    lines: [
      'product: found "Shop"; allowed: a product of 1 to 28 lower-case letters, digits and dashes that starts with a letter and does not end with a dash',
    ],
  },
  {
    name: "a product's name too long for what is derived from it",
    changes: { product: "a".repeat(29) },
    lines: [
      'product: found "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; allowed: a product of 1 to 28 lower-case letters, digits and dashes that starts with a letter and does not end with a dash',
    ],
  },
  {
    name: "an unknown tier",
    changes: { tier: "prod" },
    lines: ['tier: found "prod"; allowed: one of local, staging, production'],
  },
  {
    name: "a key of a part that stands with another kind",
    changes: { "parts.api.spa": true },
    lines: [
      "parts.api.spa: found an unknown key; allowed: kind, port, health, sticky, targets, image, build, command, args, needs, egress, env, from, secrets, scale, cpu, memory, metrics, pool, migrate, volumes, user, grace, drain, deadline, architectures, priority, sentry; that key stands with kind: web",
    ],
  },
  {
    name: "a mistyped key deep inside",
    changes: { "parts.api.scale.mx": 3 },
    lines: [
      'parts.api.scale.mx: found an unknown key; allowed: min, max, cpu, memory, queue, settle; did you mean "max"?',
    ],
  },
  {
    name: "a key nothing is near to",
    changes: { "redis.flavour": "vanilla" },
    lines: [
      "redis.flavour: found an unknown key; allowed: mode, role, version, image, exporterImage, memory, cpu, eviction, persist, fsync, storage, class, backup; take it out; docs/configure.md lists every key",
    ],
  },
  {
    name: "a list where a map belongs",
    changes: { parts: [] },
    lines: ["parts: found an empty list; allowed: a map"],
  },
  {
    name: "a text where a map belongs",
    changes: { "parts.api": "ghcr.io/acme/api" },
    lines: ['parts.api: found "ghcr.io/acme/api"; allowed: a map with kind api, web or worker'],
  },
  {
    name: "an unknown kind of part",
    changes: { "parts.api.kind": "apy" },
    lines: ['parts.api.kind: found "apy"; allowed: api, web or worker'],
  },
  {
    name: "no kind of part",
    changes: { "parts.web.kind": GONE },
    lines: ["parts.web.kind: found nothing; allowed: api, web or worker"],
  },
  {
    name: "a port out of range",
    changes: { "parts.api.port": 70000 },
    lines: ["parts.api.port: found 70000; allowed: a whole number from 1 to 65535"],
  },
  {
    name: "a web part without a port",
    changes: { "parts.web.port": GONE },
    lines: ["parts.web.port: found nothing; allowed: a whole number from 1 to 65535"],
  },
  {
    name: "a port of a worker",
    changes: { "parts.worker.port": 9000 },
    lines: [
      "parts.worker.port: found an unknown key; allowed: kind, image, build, command, args, needs, egress, env, from, secrets, scale, cpu, memory, metrics, pool, migrate, volumes, user, grace, drain, deadline, architectures, priority, sentry, health; that key stands with kind: api or kind: web",
    ],
  },
  {
    name: "a part's name with a capital",
    changes: { "parts.Api": { kind: "worker", image: pinned("a:1") } },
    lines: [
      'parts: found the name "Api"; allowed: a part of 1 to 28 lower-case letters, digits and dashes that starts with a letter and does not end with a dash',
    ],
  },
  {
    name: "an address range with host bits",
    changes: { "access.allow": ["203.0.113.7/24"] },
    lines: [
      'access.allow[0]: found "203.0.113.7/24"; allowed: an address range such as 203.0.113.0/24 or 2001:db8::/32',
    ],
  },
  {
    name: "a host name with a scheme",
    changes: { "hosts.app": "https://app.example.com" },
    lines: [
      'hosts.app: found "https://app.example.com"; allowed: a host name such as app.example.com, in lower case',
    ],
  },
  {
    name: "a bucket without scheme",
    changes: { "postgres.backup.bucket": "shop-backups" },
    lines: [
      'postgres.backup.bucket: found "shop-backups"; allowed: a bucket such as s3://name/prefix, r2://name, gs://name or azure://account/container',
    ],
  },
  {
    name: "a command as a shell line",
    changes: { "parts.api.migrate": "alembic upgrade head" },
    lines: [
      'parts.api.migrate: found "alembic upgrade head"; allowed: a command such as [alembic, upgrade, head], or a map with command',
    ],
  },
  {
    name: "an environment variable's name with a dash",
    changes: { "parts.api.env": { "LOG-LEVEL": "info" } },
    lines: [
      'parts.api.env: found the name "LOG-LEVEL"; allowed: an environment variable\'s name: letters, digits and _, not starting with a digit',
    ],
  },
  {
    name: "a list as an environment variable",
    changes: { "parts.api.env.CORS_ORIGINS": ["https://a.example.com"] },
    lines: ["parts.api.env.CORS_ORIGINS: found a list; allowed: a text, a number, true or false"],
  },
  {
    name: "a secret named in lower case",
    changes: { "parts.api.secrets": ["jwt_secret"] },
    lines: [
      'parts.api.secrets[0]: found "jwt_secret"; allowed: the name of an entry in secrets, such as JWT_SECRET: capitals, digits and _',
    ],
  },
  {
    name: "a path without slash",
    changes: { "parts.api.health": "health" },
    lines: ['parts.api.health: found "health"; allowed: a path that starts with / such as /health'],
  },
  {
    name: "a Postgres that is no longer there",
    changes: { "postgres.version": 9 },
    lines: ["postgres.version: found 9; allowed: a whole number from 14 to 18"],
  },
  {
    name: "an operator's key on an external database",
    changes: { "postgres.mode": "external", "postgres.url": "JWT_SECRET", "postgres.connections": 500 },
    lines: [
      "postgres.version: found an unknown key; allowed: mode, url, readUrl, directUrl, addresses, port, connections, tls, ca, database, owner, pool; that key stands with mode: operator",
      "postgres.instances: found an unknown key; allowed: mode, url, readUrl, directUrl, addresses, port, connections, tls, ca, database, owner, pool; that key stands with mode: operator",
      "postgres.storage: found an unknown key; allowed: mode, url, readUrl, directUrl, addresses, port, connections, tls, ca, database, owner, pool; that key stands with mode: operator",
      "postgres.extensions: found an unknown key; allowed: mode, url, readUrl, directUrl, addresses, port, connections, tls, ca, database, owner, pool; that key stands with mode: operator",
      "postgres.backup: found an unknown key; allowed: mode, url, readUrl, directUrl, addresses, port, connections, tls, ca, database, owner, pool; that key stands with mode: operator",
    ],
  },
  {
    name: "an unknown mode",
    changes: { "postgres.mode": "managed" },
    lines: ['postgres.mode: found "managed"; allowed: operator or external'],
  },
  {
    name: "an unknown extension's name",
    changes: { "postgres.extensions": ["pg-vector"] },
    lines: [
      'postgres.extensions[0]: found "pg-vector"; allowed: a Postgres name of lower-case letters, digits and _, up to 63',
    ],
  },
  {
    name: "an unknown cloud",
    changes: { "clusters.eu.cloud": "aws" },
    lines: [
      'clusters.eu.cloud: found "aws"; allowed: one of eks, gke, aks, doks, k3s, generic, local; did you mean "aks"?',
    ],
  },
  {
    name: "an old TLS version",
    changes: { "tls.minimum": "1.1" },
    lines: ['tls.minimum: found "1.1"; allowed: "1.2" or "1.3"; did you mean "1.2"?'],
  },
  {
    name: "a header on two lines",
    changes: { "headers.add": { "X-Note": "a\nb" } },
    lines: ['headers.add.X-Note: found "a\\nb"; allowed: a text on one line'],
  },
  {
    name: "an egress to nowhere",
    changes: { "parts.api.egress": ["stripe.com"] },
    lines: [
      'parts.api.egress[0]: found "stripe.com"; allowed: internet, internet:PORT, a range with an optional port such as 10.0.0.0/8:5432, or a neighbour in the cluster such as prometheus.monitoring:9090',
    ],
  },
  {
    name: "an egress to a neighbour without a port",
    changes: { "parts.api.egress": ["prometheus.monitoring:0"] },
    lines: [
      'parts.api.egress[0]: found "prometheus.monitoring:0"; allowed: internet, internet:PORT, a range with an optional port such as 10.0.0.0/8:5432, or a neighbour in the cluster such as prometheus.monitoring:9090',
    ],
  },
  {
    name: "a variable from nothing that can be asked",
    changes: { "parts.api.from": { DB_HOST: "postgres" } },
    lines: [
      'parts.api.from.DB_HOST: found "postgres"; allowed: a need and what is asked of it, such as postgres.host or redis.url',
    ],
  },
  {
    name: "a waiver without an end",
    changes: {
      waivers: [
        { rule: "read-only-root", resource: "api", owner: "maria", reason: "the vendor's licence file" },
      ],
    },
    lines: ['waivers[0].expires: found nothing; allowed: a day such as "2027-03-31"'],
  },
  {
    name: "a waiver until a day that is not",
    changes: {
      waivers: [
        {
          rule: "read-only-root",
          resource: "api",
          owner: "maria",
          reason: "the vendor's licence file",
          expires: "2027-02-30",
        },
      ],
    },
    lines: ['waivers[0].expires: found "2027-02-30"; allowed: a day such as "2027-03-31"'],
  },
  {
    name: "a waiver without a reason",
    changes: {
      waivers: [
        { rule: "read-only-root", resource: "api", owner: "maria", reason: "because", expires: "2027-02-28" },
      ],
    },
    lines: ['waivers[0].reason: found "because"; allowed: a reason of at least 10 letters'],
  },
  {
    name: "an alert on an unknown signal",
    changes: { "alerts.rules": { Slow: { when: "latency > 500ms", severity: "high" } } },
    lines: [
      'alerts.rules.Slow.when: found "latency > 500ms"; allowed: a signal, a comparison and a number such as errors > 1%, p95 > 500ms, queue-depth > 1000 or metric app_crash_rate > 2%',
    ],
  },
  {
    name: "an alert with the wrong unit",
    changes: { "alerts.rules": { Slow: { when: "p95 > 5%", severity: "high" } } },
    lines: [
      'alerts.rules.Slow.when: found "p95 > 5%"; allowed: a signal, a comparison and a number such as errors > 1%, p95 > 500ms, queue-depth > 1000 or metric app_crash_rate > 2%',
    ],
  },
  {
    name: "a mute window in no time zone",
    changes: { "alerts.mute": [{ name: "night", from: "02:00", to: "04:00", zone: "Mars/Base" }] },
    lines: ['alerts.mute[0].zone: found "Mars/Base"; allowed: a time zone such as UTC or Europe/Berlin'],
  },
  {
    name: "a time that YAML reads as a number",
    changes: { "alerts.mute": [{ name: "night", from: 200, to: "04:00" }] },
    lines: ["alerts.mute[0].from: found 200; allowed: a time such as 02:00, quoted"],
  },
  {
    name: "an empty value",
    changes: { redis: null },
    lines: ["redis: found an empty value; allowed: a map such as {role: queue, memory: 256Mi}"],
  },
  {
    name: "several mistakes of several sorts",
    changes: {
      "redis.flavour": "vanilla",
      "parts.web.scale": 1,
      "tls.redirect": false,
      "parts.api.memory": "2 Gigs",
    },
    lines: [
      'parts.api.memory: found "2 Gigs"; allowed: a size such as 256Mi or 1.5Gi',
      "parts.web.scale.min: found 1 replica; allowed: at least 2 in production; write scale: 2: one replica is an outage in waiting",
      "redis.flavour: found an unknown key; allowed: mode, role, version, image, exporterImage, memory, cpu, eviction, persist, fsync, storage, class, backup; take it out; docs/configure.md lists every key",
      "tls.redirect: found false; allowed: true in production; take it out",
    ],
  },
  {
    name: "a wrong tier, on which all else hangs",
    changes: { tier: "live", "parts.web.scale": 1 },
    lines: ['tier: found "live"; allowed: one of local, staging, production'],
  },
];
