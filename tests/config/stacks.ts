/** Stacks for tests: the one of the design, whole, and ways to change one thing in it. */
import { parse, stringify } from "yaml";
import { parseSettings, Problems, type Settings } from "../../config";
import { parseStackFile } from "../../config/source";

export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/** The stack file that the design shows, with the secrets and the mail server it leaves out. */
export const SHOP = `
config:
  slipway:product: shop
  slipway:hosts: {app: app.example.com, api: api.example.com}
  slipway:clusters:
    eu: {context: prod-eu, cloud: eks, role: primary}
    us: {context: prod-us, cloud: gke, role: standby}
  slipway:parts:
    api:    {kind: api, image: "ghcr.io/acme/api:2.3.1@${DIGEST}", port: 8000, scale: {min: 3, max: 10, cpu: 70},
             needs: [postgres, redis], env: {LOG_LEVEL: warning}, secrets: [JWT_SECRET], migrate: [alembic, upgrade, head]}
    worker: {kind: worker, image: "ghcr.io/acme/api:2.3.1@${DIGEST}", needs: [postgres, redis], scale: {min: 2, max: 8, queue: {redis: jobs, depth: 50}}}
    web:    {kind: web, image: "ghcr.io/acme/web:2.3.1@${DIGEST}", port: 8080, spa: true}
  slipway:postgres: {mode: operator, version: 17, instances: 3, storage: 50Gi, extensions: [vector], pool: {size: 20},
                     backup: {bucket: "r2://shop-backups", every: 6h, keep: {days: 30}}}
  slipway:redis:    {role: queue, memory: 256Mi}
  slipway:routes:
    - {host: api, path: /, to: api, limit: {rate: 10/s, burst: 20}}
    - {host: api, path: /upload, to: api, body: 50Mi, timeout: 300s}
    - {host: app, path: /, to: web, cache: assets}
  slipway:dns:      {provider: cloudflare, zone: example.com, account: 0123456789abcdef0123456789abcdef}
  slipway:tls:      {issuer: letsencrypt}
  slipway:targets:  {availability: 99.9, p95: 200ms, errors: 0.1%, rpo: 15m, rto: 1h}
  slipway:alerts:
    critical: pagerduty
    high: slack
    medium: email
    channels: {email: {kind: email, to: [team@example.com], from: alerts@example.com, server: "smtp.example.com:587"}}
  slipway:access:   {allow: [203.0.113.0/24]}
  slipway:secrets:
    JWT_SECRET: {generate: {length: 48}}
    PAGERDUTY_ROUTING_KEY: {secure: "v1:AAAA:BBBB"}
    SLACK_WEBHOOK_URL: {external: {store: vault, key: shop, property: slack}}
encryptionsalt: v1:CCCC
`;

/** A value for `changed`: takes the key away. */
export const GONE = Symbol("gone");

/** The shop with some places set to something else: `{"parts.api.scale.max": 2}`. */
export function changed(changes: Readonly<Record<string, unknown>>, from = SHOP): string {
  const file = parse(from) as { config: Record<string, unknown> };
  for (const [path, value] of Object.entries(changes)) {
    const [first = "", ...steps] = path.split(".");
    place(file.config, [`slipway:${first}`, ...steps], value);
  }
  return stringify(file);
}

function place(
  target: Record<string, unknown>,
  [step = "", ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length > 0) {
    target[step] ??= {};
    place(target[step] as Record<string, unknown>, rest, value);
  } else if (value === GONE) Reflect.deleteProperty(target, step);
  else target[step] = value;
}

/** Settings of a stack file's text. */
export function settingsOf(text: string, where = "Pulumi.test.yaml"): Settings {
  const file = parseStackFile(text, where);
  return parseSettings(file.raw, file);
}

/** What is wrong with a stack file: the lines of its message below the first, without file and line number. */
export function problemsOf(text: string): { lines: string[]; error: Problems } {
  try {
    settingsOf(text);
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    const [, ...lines] = error.message.split("\n");
    return { lines: lines.map((line) => line.replace(/^Pulumi\.test\.yaml(?::\d+)?: /, "")), error };
  }
  throw new Error("nothing is wrong with this stack file");
}
