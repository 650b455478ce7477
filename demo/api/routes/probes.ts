/** For machines: is the process alive, may it get traffic, how is it doing. And for the page: who else is up. */
import type { FastifyInstance } from "fastify";
import { workersKey } from "../../shared/queue";
import type { Draining } from "../draining";
import { isMigrated } from "../migrate";
import { Refusal } from "../refusal";
import type { Services } from "../services";

interface Check {
  ok: boolean;
  ms: number;
}

const patience = 2_000;

/** A probe must answer in time even where the store does not: late is down. */
async function check(look: () => Promise<boolean>): Promise<Check> {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, patience, false)));
  // Why a store is down is in the log of its connection; a probe only says that it is.
  const ok = await Promise.race([look().catch(() => false), late]).finally(() => clearTimeout(timer));
  return { ok, ms: Math.round((performance.now() - began) * 10) / 10 };
}

export function probeRoutes(app: FastifyInstance, services: Services, draining: Draining): void {
  const { database, redis, metrics, settings, migrations } = services;
  const postgresAnswers = () => database.look("SELECT 1").then(() => true);
  const redisAnswers = () => redis.ping().then(() => true);

  // Once true it stays true: migrations only add.
  let migrated = false;
  const schemaReady = async () => (migrated ||= await isMigrated(database, migrations));

  // Liveness looks at nothing but the process: a dead Postgres must not have every pod restarted.
  app.get("/health", () => ({ status: "ok", release: settings.RELEASE }));

  app.get("/ready", async (_request, reply) => {
    const [postgres, schema, redisCheck] = await Promise.all([
      check(postgresAnswers),
      check(schemaReady),
      check(redisAnswers),
    ]);
    const ready = !draining.started && postgres.ok && schema.ok && redisCheck.ok;
    return reply.code(ready ? 200 : 503).send({
      ready,
      draining: draining.started,
      checks: { postgres, schema, redis: redisCheck },
    });
  });

  app.get("/metrics", async (request, reply) => {
    // Prometheus scrapes pods directly; whoever comes through a proxy comes from outside.
    if (request.headers["x-forwarded-for"] !== undefined)
      throw new Refusal(404, "There is no GET /metrics here.");
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });

  app.get("/status", async () => {
    let workers = 0;
    const [postgres, redisCheck, worker] = await Promise.all([
      check(postgresAnswers),
      check(redisAnswers),
      check(async () => (workers = await redis.zcount(workersKey, Date.now() - 15_000, "+inf")) > 0),
    ]);
    return { release: settings.RELEASE, dependencies: { postgres, redis: redisCheck, worker }, workers };
  });
}
