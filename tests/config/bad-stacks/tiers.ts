/** Stack files that are wrong, with the exact message: what a tier insists on. */
import type { BadStack } from "./bad-stack";
import { GONE } from "../stacks";

export const tiers: readonly BadStack[] = [
  {
    name: "production with one replica",
    changes: { "parts.web.scale": 1 },
    lines: [
      "parts.web.scale.min: found 1 replica; allowed: at least 2 in production; write scale: 2: one replica is an outage in waiting",
    ],
  },
  {
    name: "production with an image that may change",
    changes: { "parts.web.image": "ghcr.io/acme/web:2.3.1" },
    lines: [
      "parts.web.image: found an image without a digest; allowed: images pinned by digest in production; write ghcr.io/acme/web:2.3.1@sha256:...",
    ],
  },
  {
    name: "production with latest",
    changes: { "parts.web.image": "ghcr.io/acme/web" },
    lines: [
      "parts.web.image: found an image without a tag; allowed: images with a version in production; write the version, and the digest with it",
    ],
  },
  {
    name: "production with one database",
    changes: { "postgres.instances": 1 },
    lines: ["postgres.instances: found 1; allowed: at least 2 in production; write 3"],
  },
  {
    name: "production without backups",
    changes: { "postgres.backup": GONE, "clusters.us": GONE, targets: {} },
    lines: ["postgres.backup: found nothing; allowed: backups in production; write backup: {bucket: ...}"],
  },
  {
    name: "production with certificates of its own",
    changes: { "tls.issuer": "local" },
    lines: [
      'tls.issuer: found "local", which browsers do not trust; allowed: a trusted issuer in production; write letsencrypt',
    ],
  },
  {
    name: "production in the open",
    changes: { "tls.redirect": false, "headers.hsts": false },
    lines: [
      "tls.redirect: found false; allowed: true in production; take it out",
      "headers.hsts: found false; allowed: Strict-Transport-Security in production; take it out",
    ],
  },
  {
    name: "production that nobody watches",
    changes: { "monitoring.enabled": false, "alerts.critical": GONE },
    lines: [
      "alerts.critical: found nothing; allowed: a channel in production; write alerts: {critical: pagerduty}",
      "monitoring.enabled: found false; allowed: true in production; take it out",
    ],
  },
  {
    name: "production on this machine",
    changes: { "clusters.eu.cloud": "local" },
    lines: [
      'clusters.eu.cloud: found "local"; allowed: a cluster that outlives this machine in production; write tier: local, or name the cloud',
    ],
  },
  {
    name: "staging with latest",
    changes: { tier: "staging", "postgres.memory": "4Gi", "parts.web.image": "ghcr.io/acme/web:latest" },
    lines: [
      "parts.web.image: found an image tagged latest; allowed: images with a version in staging; write the version, and the digest with it",
    ],
  },
  {
    name: "staging open to everyone",
    changes: { tier: "staging", "postgres.memory": "4Gi", access: GONE },
    lines: [
      "access: found a staging stack open to everyone; allowed: allow, basicAuth or public: true; write access: {allow: [your network]}, or {public: true} if it is meant",
    ],
  },
  {
    name: "public and yet guarded",
    changes: { "access.public": true },
    lines: ["access: found public beside allow or basicAuth; allowed: one of them; take one out"],
  },
];
