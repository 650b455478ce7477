/** The worker's program: takes jobs, hands over the overdue ones, says on its own port that it is alive. */
import { randomUUID } from "node:crypto";
import { Worker } from "bullmq";
import { Counter, Histogram } from "prom-client";
import { z } from "zod";
import { Database } from "../shared/database";
import { onStop, start } from "../shared/lifecycle";
import { openLog } from "../shared/log";
import { Metrics } from "../shared/metrics";
import { firstContact, openQueue, openRedis, queueName, workersKey, type QueueEntry } from "../shared/queue";
import { common, port, readSettings, stores } from "../shared/settings";
import { servePort } from "./port";
import { processJob } from "./process";
import { relayOnce } from "./relay";
import { every } from "./every";

const workerSettings = {
  ...common,
  ...stores,
  PORT: port(9000),
  CONCURRENCY: z.coerce.number({ error: "must be a number" }).int().min(1).max(100).default(4),
};

start(async () => {
  const settings = readSettings(workerSettings);
  const log = openLog("worker", settings);
  const database = new Database(settings, "worker", log);
  const redis = openRedis(settings.REDIS_URL, log, { failFast: true });
  const queue = openQueue(redis, log);
  const metrics = new Metrics("worker", settings.RELEASE);
  metrics.watchQueue(queue, redis, database);
  const processed = new Counter({
    name: "jobs_processed_total",
    help: "Jobs by how they went; 'retried' ones come again",
    labelNames: ["outcome"],
    registers: [metrics.registry],
  });
  const relayed = new Counter({
    name: "jobs_relayed_total",
    help: "Jobs handed over again because the queue might not have them",
    registers: [metrics.registry],
  });
  const duration = new Histogram({
    name: "job_duration_seconds",
    help: "From taking a job to its end",
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60],
    registers: [metrics.registry],
  });

  const blocking = openRedis(settings.REDIS_URL, log, { failFast: false });
  const worker = new Worker<QueueEntry>(
    queueName,
    async (entry) => {
      const stopTimer = duration.startTimer();
      try {
        const outcome = await processJob(entry.data.id, database, redis);
        processed.labels(outcome).inc();
        log.debug({ job: entry.data.id, outcome }, "job");
      } catch (error) {
        processed.labels("retried").inc();
        log.warn({ err: error, job: entry.data.id }, "a store failed during a job; it comes again");
        throw error;
      } finally {
        stopTimer();
      }
    },
    {
      connection: blocking,
      concurrency: settings.CONCURRENCY,
      // A killed worker's jobs are taken up by another within about ten seconds...
      lockDuration: 6_000,
      stalledInterval: 3_000,
      // ...however often it happens: the row counts the starts and gives up by itself (process.ts).
      maxStalledCount: 1_000_000,
      drainDelay: 2,
    },
  );
  worker.on("error", (error) => log.debug({ err: error }, "worker error"));
  const server = await servePort(settings.PORT, metrics, settings.RELEASE);
  await firstContact(redis);

  const name = randomUUID();
  const alive = every(5, log, "could not say that this worker is alive", async () => {
    await redis.zadd(workersKey, Date.now(), name);
    await redis.zremrangebyscore(workersKey, 0, Date.now() - 60_000);
  });
  const relay = every(2, log, "could not hand over overdue jobs", async () => {
    relayed.inc(await relayOnce(database, queue));
  });
  log.info({ concurrency: settings.CONCURRENCY, port: settings.PORT }, "taking jobs");

  onStop(log, settings.SHUTDOWN_SECONDS, async (signal) => {
    log.info({ signal }, "taking no more jobs; finishing those at hand");
    await Promise.all([relay.stop(), alive.stop(), worker.close()]);
    await redis.zrem(workersKey, name).catch((error: unknown) => {
      log.debug({ err: error }, "could not sign off; the entry expires by itself");
    });
    server.close();
    await queue.close();
    blocking.disconnect();
    redis.disconnect();
    await database.close();
  });
});
