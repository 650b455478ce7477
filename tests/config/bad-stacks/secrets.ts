/** Stack files that are wrong, with the exact message: secrets in clear, in the wrong place or missing. */
import type { BadStack } from "./bad-stack";
import { GONE } from "../stacks";

export const secrets: readonly BadStack[] = [
  {
    name: "a secret in clear",
    changes: { "secrets.STRIPE": "sk_live_0123456789abcdefghij" },
    lines: [
      "secrets.STRIPE: found a text in clear; allowed: {secure: …} (pulumi config set --secret --path), {generate: {…}} or {external: {…}}",
    ],
  },
  {
    name: "a secret of an unknown kind",
    changes: { "secrets.STRIPE": { vault: "stripe" } },
    lines: [
      "secrets.STRIPE: found a map with vault; allowed: {secure: …} (pulumi config set --secret --path), {generate: {…}} or {external: {…}}",
    ],
  },
  {
    name: "a generated secret too short to be one",
    changes: { "secrets.KEY": { generate: { length: 4 } } },
    lines: ["secrets.KEY.generate.length: found 4; allowed: a whole number from 8 to 4096"],
  },
  {
    name: "an unknown format of a generated secret",
    changes: { "secrets.KEY": { generate: { format: "base46" } } },
    lines: [
      'secrets.KEY.generate.format: found "base46"; allowed: one of password, base64, base64url, hex, uuid; did you mean "base64"?',
    ],
  },
  {
    name: "a password by its name",
    changes: { "parts.api.env.DB_PASSWORD": "hunter2" },
    lines: [
      "parts.api.env.DB_PASSWORD: found what its name says is a secret, in clear; allowed: plain values; run: pulumi config set --secret --path 'slipway:secrets.DB_PASSWORD', and list it in the part's secrets",
    ],
  },
  {
    name: "a token by its name, for all parts",
    changes: { env: { GITHUB_TOKEN: "abc" } },
    lines: [
      "env.GITHUB_TOKEN: found what its name says is a secret, in clear; allowed: plain values; run: pulumi config set --secret --path 'slipway:secrets.GITHUB_TOKEN', and list it in the part's secrets",
    ],
  },
  {
    name: "an address with a password",
    changes: { "parts.api.env.MAIL": "smtp://shop:hunter2@mail.example.com" },
    lines: [
      "parts.api.env.MAIL: found an address with a password in it; allowed: plain values; run: pulumi config set --secret --path 'slipway:secrets.MAIL', and list it in the part's secrets",
    ],
  },
  {
    name: "an AWS key by its shape",
    changes: { "parts.api.env.NOTE": "AKIAIOSFODNN7EXAMPLE" },
    lines: [
      "parts.api.env.NOTE: found an AWS access key; allowed: plain values; run: pulumi config set --secret --path 'slipway:secrets.NOTE', and list it in the part's secrets",
    ],
  },
  {
    name: "a private key by its shape",
    changes: { "parts.api.env.NOTE": "-----BEGIN RSA PRIVATE KEY-----\nMIIE" },
    lines: [
      "parts.api.env.NOTE: found a private key; allowed: plain values; run: pulumi config set --secret --path 'slipway:secrets.NOTE', and list it in the part's secrets",
    ],
  },
  {
    name: "a signed token by its shape",
    changes: { "parts.api.env.NOTE": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl" },
    lines: [
      "parts.api.env.NOTE: found a signed token (JWT); allowed: plain values; run: pulumi config set --secret --path 'slipway:secrets.NOTE', and list it in the part's secrets",
    ],
  },
  {
    name: "a webhook's address",
    changes: { "parts.api.env.NOTIFY": "https://hooks.slack.com/services/T00/B00/XXXX" },
    lines: [
      "parts.api.env.NOTIFY: found a Slack webhook's address; allowed: plain values; run: pulumi config set --secret --path 'slipway:secrets.NOTIFY', and list it in the part's secrets",
    ],
  },
  {
    name: "a secret as a build argument",
    changes: {
      "parts.web.image": GONE,
      "parts.web.build": { context: ".", image: "ghcr.io/acme/web", args: { NPM_TOKEN: "x" } },
    },
    lines: [
      "parts.web.build.args.NPM_TOKEN: found what its name says is a secret, in clear; allowed: plain values; run: pulumi config set --secret --path 'slipway:secrets.NPM_TOKEN', and list it in the part's secrets",
    ],
  },
  {
    name: "a password in a command",
    changes: { "parts.api.command": ["serve", "--db", "postgres://shop:hunter2@db/shop"] },
    lines: [
      "parts.api.command[2]: found an address with a password in it; allowed: plain values; give it as a secret, and read the variable",
    ],
  },
  {
    name: "a token pasted where its name belongs",
    changes: { "dns.token": "Zx81kq-73hhsd_9a" },
    lines: [
      "dns.token: found a text in clear; allowed: the name of an entry in secrets, such as JWT_SECRET: capitals, digits and _",
    ],
  },
  {
    name: "a known secret's shape anywhere",
    changes: { "parts.api.health": "AKIAIOSFODNN7EXAMPLE" },
    lines: ["parts.api.health: found an AWS access key; allowed: a path that starts with / such as /health"],
  },
  {
    name: "a secret in another place than secrets",
    changes: { "dns.token": { secure: "v1:AAAA:BBBB" } },
    lines: [
      "dns.token: found a secret; allowed: the name of an entry in secrets, such as JWT_SECRET: capitals, digits and _",
    ],
  },
  {
    name: "a token from a store for Pulumi itself",
    changes: { "dns.token": "SLACK_WEBHOOK_URL" },
    lines: [
      "dns.token: found \"SLACK_WEBHOOK_URL\", which is external; allowed: a secret kept in the stack file; run: pulumi config set --secret --path 'slipway:secrets.SLACK_WEBHOOK_URL'",
    ],
  },
  {
    name: "a Sentry DSN that is not there",
    changes: { sentry: {} },
    lines: [
      "sentry.dsn: found \"SENTRY_DSN\"; allowed: the name of an entry in secrets; run: pulumi config set --secret --path 'slipway:secrets.SENTRY_DSN'",
    ],
  },
  {
    name: "a password of basic auth that is not there",
    changes: { access: { basicAuth: { qa: "QA_PASSWORD" } } },
    lines: [
      "access.basicAuth.qa: found \"QA_PASSWORD\"; allowed: the name of an entry in secrets; run: pulumi config set --secret --path 'slipway:secrets.QA_PASSWORD'",
    ],
  },
];
