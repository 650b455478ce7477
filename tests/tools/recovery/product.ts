import assert from "node:assert/strict";
import type { Restored } from "../../../tools/recovery/restore";
import type { Project } from "../../../tools/testing/project";

/** A product with a database that is backed up every way there is, and one part that migrates it. */
export const settingsOf = (stack: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  product: stack,
  tier: "local",
  clusters: { local: { cloud: "local", context: "slipway" } },
  hosts: { site: `${stack}.slipway.localhost` },
  parts: {
    api: {
      kind: "api",
      image: "slipway.local/demo-api:dev",
      port: 8000,
      health: { live: "/health", ready: "/ready" },
      needs: ["postgres", "redis"],
      migrate: ["node", "main.js", "migrate"],
      secrets: ["JWT_SECRET"],
      env: { CORS_ORIGINS: "https://app.slipway.localhost" },
      memory: "128Mi",
      cpu: { request: "20m", limit: "500m" },
      user: 1000,
    },
  },
  secrets: { JWT_SECRET: { generate: { length: 48 } } },
  postgres: {
    version: 15,
    image: "slipway.local/postgresql:15",
    instances: 1,
    storage: "1Gi",
    memory: "256Mi",
    cpu: "200m",
    pool: { size: 5 },
    // A folder of its own each time: Barman refuses to archive where another database has.
    backup: { bucket: `s3://backups/${stack}/${Date.now().toString(36)}`, wal: "1m" },
    drill: {
      checks: [{ name: "users can be asked for", sql: "select count(*) from users", expect: ">= 0" }],
    },
  },
  redis: { role: "queue", image: "slipway.local/redis:7.0", memory: "64Mi", cpu: "20m" },
  routes: [{ host: "site", path: "/", to: "api" }],
  targets: { rpo: "1m", rto: "10m" },
  tls: { issuer: "local" },
  ...more,
});

/** The same with as little beside its database as there can be: a part that needs it and asks it nothing. */
export function small(stack: string): Record<string, unknown> {
  const { parts, redis, postgres, ...settings } = settingsOf(stack);
  void parts;
  void redis;
  const { drill, ...database } = postgres as Record<string, unknown>;
  void drill;
  const serve = 'require("node:http").createServer((_, answer) => answer.end("well")).listen(8000)';
  return {
    ...settings,
    postgres: database,
    parts: {
      api: {
        ...{ kind: "api", image: "slipway.local/demo-api:dev", command: ["node", "-e", serve], port: 8000 },
        ...{ health: { live: "/", ready: "/" }, needs: ["postgres"], memory: "96Mi", user: 1000 },
        cpu: { request: "10m", limit: "500m" },
      },
    },
  };
}

/** SQL in a pod of the product's, as the superuser. */
export async function ask(product: Project, pod: string, text: string): Promise<string> {
  const { postgres } = product.settings() as { postgres: { database?: string } };
  const database = postgres.database ?? product.stack.replaceAll("-", "_");
  const words = ["exec", pod, "-c", "postgres", "--", "psql", "-At", database, "-c", text];
  return (await product.kubectl(...words)).trim();
}

/** Once there is a good backup of a database. */
export async function backedUp(product: Project, database = "postgres"): Promise<void> {
  const of = `-o=jsonpath={.items[?(@.spec.cluster.name=="${database}")].status.phase}`;
  await product.until(async () =>
    (await product.kubectl("get", "backups.postgresql.cnpg.io", of)).includes("completed"),
  );
}

/** Once there is a backup, a table is filled and dropped; answers a moment in between. */
export async function drop(product: Project): Promise<string> {
  await backedUp(product);
  await ask(product, "postgres-1", "create table precious as select * from generate_series(1, 100)");
  // As Postgres sees the time: nothing else decides what was before.
  const moment = await ask(
    product,
    "postgres-1",
    "select clock_timestamp() at time zone 'utc' + interval '1 second'",
  );
  const after = `select pg_sleep_until('${moment}+00'::timestamptz + interval '1 second'); drop table precious`;
  await ask(product, "postgres-1", after);
  return `${moment.replace(" ", "T").slice(0, 23)}Z`;
}

/** Restored to a moment after which its table was dropped: the table is there again. */
export async function restored(product: Project, moment: string): Promise<Restored> {
  const answer = await product.slipway(["restore", "--to", moment, "--json"]);
  assert.equal(answer.code, 0, answer.stderr);
  const back = JSON.parse(answer.stdout) as Restored;
  assert.equal(await ask(product, `${back.database}-1`, "select count(*) from precious"), "100");
  return back;
}
