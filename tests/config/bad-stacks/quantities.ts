/** Stack files that are wrong, with the exact message: quantities, images and schedules. */
import type { BadStack } from "./bad-stack";

export const quantities: readonly BadStack[] = [
  {
    name: "memory in no unit",
    changes: { "parts.api.memory": "256 MB" },
    lines: ['parts.api.memory: found "256 MB"; allowed: a size such as 256Mi or 1.5Gi'],
  },
  {
    name: "memory with a request alone",
    changes: { "parts.api.memory": { request: "256Mi" } },
    lines: ["parts.api.memory.limit: found nothing; allowed: a size such as 256Mi or 1.5Gi"],
  },
  {
    name: "CPU finer than a thousandth",
    changes: { "parts.api.cpu": "0.0001" },
    lines: ['parts.api.cpu: found "0.0001"; allowed: cores such as 500m, 0.5 or 2, at least 1m'],
  },
  {
    name: "a duration without unit",
    changes: { "parts.api.grace": 30 },
    lines: ["parts.api.grace: found 30; allowed: a duration such as 200ms, 15m or 1h30m"],
  },
  {
    name: "a duration with its units the wrong way round",
    changes: { "parts.api.grace": "5s1m" },
    lines: ['parts.api.grace: found "5s1m"; allowed: a duration such as 200ms, 15m or 1h30m'],
  },
  {
    name: "a rate without period",
    changes: {
      routes: [
        { host: "app", to: "web", limit: "10" },
        { host: "api", to: "api" },
      ],
    },
    lines: ['routes[0].limit: found "10"; allowed: a rate such as 10/s, 600/m or 100/15m'],
  },
  {
    name: "a percentage above 100",
    changes: { "targets.errors": "120%" },
    lines: ['targets.errors: found "120%"; allowed: a percentage from 0.001 to 50'],
  },
  {
    name: "an objective of 100 %",
    changes: { "targets.availability": 100 },
    lines: [
      "targets.availability: found 100; allowed: a percentage from 50 to 99.999 (100 leaves no time for anything to fail)",
    ],
  },
  {
    name: "an image with a blank",
    changes: { "parts.api.image": "ghcr.io/acme/api :1" },
    lines: [
      'parts.api.image: found "ghcr.io/acme/api :1"; allowed: an image such as ghcr.io/acme/api:1.2.3@sha256:<64 hex digits>',
    ],
  },
  {
    name: "an image with half a digest",
    changes: { "parts.api.image": "ghcr.io/acme/api@sha256:abc" },
    lines: [
      'parts.api.image: found "ghcr.io/acme/api@sha256:abc"; allowed: an image such as ghcr.io/acme/api:1.2.3@sha256:<64 hex digits>',
    ],
  },
  {
    name: "a schedule nobody can keep evenly",
    changes: { "postgres.backup.every": "7h" },
    lines: [
      'postgres.backup.every: found "7h"; allowed: a whole part of an hour or a day (15m, 6h), whole days (1d, 7d), hourly, daily, weekly, monthly, quarterly, or cron in UTC (0 2 * * *)',
    ],
  },
  {
    name: "a schedule with a 32nd of the month",
    changes: { "postgres.backup.every": "0 2 32 * *" },
    lines: [
      'postgres.backup.every: found "0 2 32 * *"; allowed: a whole part of an hour or a day (15m, 6h), whole days (1d, 7d), hourly, daily, weekly, monthly, quarterly, or cron in UTC (0 2 * * *)',
    ],
  },
];
