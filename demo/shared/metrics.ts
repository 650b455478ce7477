/** What Prometheus reads from the API and the workers. A scrape answers even while a store is down. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Database } from "./database";
import { queueName, type QueueEntry } from "./queue";

export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered",
    labelNames: ["method", "route", "status"],
    registers: [this.registry],
  });
  readonly durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the first byte of a request to the last of its answer",
    labelNames: ["method", "route", "status"],
    // Fine around the usual promise of 200 ms, so that a burn rate can be read off a bucket.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  });
  readonly inFlight = new Gauge({
    name: "http_requests_in_flight",
    help: "Requests being answered, this scrape among them",
    registers: [this.registry],
  });

  constructor(service: string, release: string) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: "app_info",
      help: "The release running",
      labelNames: ["service", "release"],
      registers: [this.registry],
    })
      .labels(service, release)
      .set(1);
  }

  /** Depth from Redis, age from Postgres. Every replica reports the same numbers: take the max, not the sum. */
  watchQueue(queue: Queue<QueueEntry>, redis: Redis, database: Database): void {
    const registers = [this.registry];
    new Gauge({
      name: "dependency_up",
      help: "1 where the store answered this scrape",
      labelNames: ["dependency"],
      registers,
      async collect() {
        const [postgres, redisUp] = await Promise.all([
          readOrGap(() => database.look("SELECT 1")),
          readOrGap(() => redis.ping()),
        ]);
        this.set({ dependency: "postgres" }, postgres === undefined ? 0 : 1);
        this.set({ dependency: "redis" }, redisUp === undefined ? 0 : 1);
      },
    });
    new Gauge({
      name: "queue_depth",
      help: "Jobs in the queue by state",
      labelNames: ["queue", "state"],
      registers,
      async collect() {
        const counts = await readOrGap(() => queue.getJobCounts("waiting", "active", "delayed"));
        this.reset();
        for (const [state, count] of Object.entries(counts ?? {}))
          this.set({ queue: queueName, state }, count);
      },
    });
    new Gauge({
      name: "queue_oldest_age_seconds",
      help: "Age of the oldest job that has not ended; 0 when there is none",
      labelNames: ["queue"],
      registers,
      async collect() {
        const rows = await readOrGap(() =>
          database.look<{ age: number }>(
            `SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age
               FROM jobs WHERE status IN ('queued', 'running')`,
          ),
        );
        this.reset();
        for (const { age } of rows ?? []) this.set({ queue: queueName }, age);
      },
    });
  }
}

/** An unreachable store leaves a gap in its numbers and a 0 in `dependency_up`; the scrape itself must not fail. */
async function readOrGap<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}
