/** Stack files that are wrong, with the exact message: names that lead nowhere, or twice to the same. */
import type { BadStack } from "./bad-stack";
import { DIGEST, GONE } from "../stacks";

const pinned = (name: string) => `ghcr.io/acme/${name}@${DIGEST}`;

export const names: readonly BadStack[] = [
  {
    name: "a need of an unknown store",
    changes: { "parts.api.needs": ["postgrs"] },
    lines: [
      'parts.api.needs[0]: found "postgrs"; allowed: postgres, redis or another part (postgres, redis, api, web, worker); did you mean "postgres"?',
      "parts.api.migrate: found a part that does not need postgres; allowed: parts that need postgres; write needs: [postgres]",
    ],
  },
  {
    name: "a need of a database that is not declared",
    changes: {
      postgres: GONE,
      "targets.rpo": GONE,
      "targets.rto": GONE,
      "parts.worker.needs": ["redis"],
      "parts.api.migrate": GONE,
    },
    lines: [
      'parts.api.needs[0]: found "postgres"; allowed: postgres where slipway:postgres is declared; declare slipway:postgres, or take the need out',
    ],
  },
  {
    name: "a variable from what the part does not need",
    changes: { "parts.web.from": { REDIS_HOST: "redis.host" } },
    lines: [
      'parts.web.from.REDIS_HOST: found "redis"; allowed: one of parts.web.needs (nothing); add redis to parts.web.needs',
    ],
  },
  {
    name: "a variable from what a need cannot say",
    changes: { "parts.api.from": { DB_HOST: "postgres.hots", CACHE_DB: "redis.database" } },
    lines: [
      'parts.api.from.DB_HOST: found "hots"; allowed: what postgres can say (url, readUrl, directUrl, host, readHost, port, database, user, password); did you mean "host"?',
      'parts.api.from.CACHE_DB: found "database"; allowed: what redis can say (url, host, port, password)',
    ],
  },
  {
    name: "a host of a database elsewhere",
    changes: {
      postgres: { mode: "external", url: "JWT_SECRET", connections: 500 },
      "targets.rpo": GONE,
      "targets.rto": GONE,
      "parts.api.from": { DB_HOST: "postgres.host" },
    },
    lines: ['parts.api.from.DB_HOST: found "host"; allowed: what postgres can say (url, readUrl, directUrl)'],
  },
  {
    name: "a variable from a need and from env",
    changes: { "parts.api.from": { LOG_LEVEL: "postgres.host", DATABASE_URL: "postgres.url" } },
    lines: [
      "parts.api.from.LOG_LEVEL: found LOG_LEVEL, which parts.api.env also sets; allowed: each variable once; take one out",
      "parts.api.from.DATABASE_URL: found DATABASE_URL, which parts.api gets from needs: [postgres]; allowed: names that Slipway does not set; take it out, or read another variable",
    ],
  },
  {
    name: "a need of itself",
    changes: { "parts.web.needs": ["web"] },
    lines: ['parts.web.needs[0]: found "web", the part itself; allowed: another part; take it out'],
  },
  {
    name: "a need of a worker",
    changes: { "parts.web.needs": ["worker"] },
    lines: [
      'parts.web.needs[0]: found "worker", a worker; allowed: parts with a port; workers cannot be connected to; hand them jobs through redis',
    ],
  },
  {
    name: "a need twice",
    changes: { "parts.web.needs": ["api", "api"] },
    lines: ['parts.web.needs: found "api" twice; allowed: each need once; take one out'],
  },
  {
    name: "a ring of needs",
    changes: { "parts.web.needs": ["api"], "parts.api.needs": ["web", "postgres"] },
    lines: [
      "parts.api.needs: found a ring: api -> web -> api; allowed: needs without a ring; let one of them call through its route, or hand over jobs",
    ],
  },
  {
    name: "a part named as a store",
    changes: { "parts.redis": { kind: "worker", image: pinned("r:1"), scale: 2 } },
    lines: ["parts.redis: found a part named redis; allowed: any other name; that name is the store's"],
  },
  {
    name: "a job of an unknown part",
    changes: { jobs: { cleanup: { part: "wrker", command: ["clean"], every: "daily" } } },
    lines: ['jobs.cleanup.part: found "wrker"; allowed: a part (api, web, worker); did you mean "worker"?'],
  },
  {
    name: "a job that never runs",
    changes: { jobs: { cleanup: { part: "worker", command: ["clean"] } } },
    lines: [
      "jobs.cleanup: found neither every nor once; allowed: one of them; write every: daily, or once: true",
    ],
  },
  {
    name: "a job both now and then",
    changes: { jobs: { seed: { part: "api", command: ["seed"], once: true, every: "daily" } } },
    lines: ["jobs.seed: found both every and once; allowed: one of them; take one out"],
  },
  {
    name: "a job longer than its interval",
    changes: { jobs: { cleanup: { part: "worker", command: ["clean"], every: "30m" } } },
    lines: [
      "jobs.cleanup.timeout: found 1h; allowed: at most the time between two runs (30m); lower it, or set overlap: allow",
    ],
  },
  {
    name: "a job named as a part",
    changes: { jobs: { web: { part: "api", command: ["x"], every: "daily" } } },
    lines: ["jobs.web: found the name of a part; allowed: a name no part has; such as web-job"],
  },
  {
    name: "a secret that is not there",
    changes: { "parts.api.secrets": ["JWT_SECRT"] },
    lines: [
      'parts.api.secrets: found "JWT_SECRT"; allowed: the name of an entry in secrets; did you mean "JWT_SECRET"?',
    ],
  },
  {
    name: "a secret nothing is near to",
    changes: { "parts.api.secrets": ["STRIPE"] },
    lines: [
      "parts.api.secrets: found \"STRIPE\"; allowed: the name of an entry in secrets; run: pulumi config set --secret --path 'slipway:secrets.STRIPE'",
    ],
  },
  {
    name: "a variable twice",
    changes: { "parts.api.env": { JWT_SECRET: "" } },
    lines: [
      "parts.api.secrets: found JWT_SECRET, which parts.api.env also sets; allowed: each variable once; take one out",
    ],
  },
  {
    name: "a variable that Slipway sets",
    changes: { "parts.api.env": { DATABASE_URL: "postgres://db/shop" } },
    lines: [
      "parts.api.env.DATABASE_URL: found DATABASE_URL, which parts.api gets from needs: [postgres]; allowed: names that Slipway does not set; take it out, or read another variable",
    ],
  },
  {
    name: "a part's variable that Slipway sets",
    changes: { "parts.web.needs": ["api"], "parts.web.env": { API_URL: "https://api.example.com" } },
    lines: [
      "parts.web.env.API_URL: found API_URL, which parts.web gets from needs: [api]; allowed: names that Slipway does not set; take it out, or read another variable",
    ],
  },
  {
    name: "a Sentry variable set by hand",
    changes: { sentry: { dsn: "JWT_SECRET" }, env: { SENTRY_ENVIRONMENT: "production" } },
    lines: [
      "env.SENTRY_ENVIRONMENT: found SENTRY_ENVIRONMENT, which parts get from sentry; allowed: names that Slipway does not set; take it out, or read another variable",
    ],
  },
];
