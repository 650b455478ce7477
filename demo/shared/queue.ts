/**
 * The queue between the API and the workers. Postgres holds the truth (a job is acknowledged when its row is
 * committed); Redis, through BullMQ, only says which job is next. So a queue entry carries nothing but an id, adding it
 * twice is harmless, and whatever Redis forgets is handed over again by the workers (worker/relay.ts).
 */
import { Queue, type JobsOptions } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";
import type { Log } from "./log";

export const queueName = "jobs";

/** Live news of jobs, from the workers to the API's event streams. Lossy by nature: nobody may depend on it. */
export const newsChannel = "jobs:news";

/** A sorted set of the workers alive, scored by when each was last seen (milliseconds). */
export const workersKey = "jobs:workers";

export interface QueueEntry {
  id: string;
}

export interface JobNews {
  userId: string;
  job: JobView;
}

export const jobStatuses = ["queued", "running", "done", "failed"] as const;

/** A job as its owner sees it. */
export interface JobView {
  id: string;
  kind: string;
  status: (typeof jobStatuses)[number];
  result: unknown;
  error: string | null;
  starts: number;
  createdAt: string;
  finishedAt: string | null;
}

export const jobColumns = `id, kind, status, result, error, starts, created_at AS "createdAt", finished_at AS "finishedAt"`;

/** The same without a long result: for lists and for news, which many read. */
export const jobBrief = jobColumns.replace(
  "result,",
  "CASE WHEN pg_column_size(result) < 2000 THEN result END AS result,",
);

/** `failFast`: an unreachable Redis is an error now instead of a request that hangs. */
export function openRedis(url: string, log: Log, options: { failFast: boolean }): Redis {
  const tuning: RedisOptions = options.failFast
    ? { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2_000 }
    : { maxRetriesPerRequest: null };
  const redis = new Redis(url, {
    ...tuning,
    connectTimeout: 3_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
    // After a failover the old primary answers READONLY: connect anew instead of failing for ever.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
  let reported = false;
  redis.on("error", (error) => {
    if (!reported) log.warn({ err: error }, "Redis cannot be reached; trying again");
    reported = true;
  });
  redis.on("ready", () => {
    if (reported) log.info("Redis answers again");
    reported = false;
  });
  return redis;
}

/** Gives a new connection a moment to be made, so that the first commands do not fail; an unreachable Redis may come later. */
export async function firstContact(redis: Redis): Promise<void> {
  if (redis.status === "ready") return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 3_000);
    redis.once("ready", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export function openQueue(connection: Redis, log: Log): Queue<QueueEntry> {
  const queue = new Queue<QueueEntry>(queueName, {
    connection,
    streams: { events: { maxLen: 1_000 } },
  });
  // The connection's own listener reports it once; BullMQ repeats every error of the connection here.
  queue.on("error", (error) => log.debug({ err: error }, "queue error"));
  return queue;
}

/** Nothing is kept in Redis once a job has ended: its history is in Postgres. */
const entryOptions: JobsOptions = {
  attempts: 5,
  backoff: { type: "exponential", delay: 500 },
  removeOnComplete: true,
  removeOnFail: true,
};

/** Adding an id that is waiting or running already changes nothing. */
export async function handOver(queue: Queue<QueueEntry>, ids: string[]): Promise<void> {
  await queue.addBulk(ids.map((id) => ({ name: "job", data: { id }, opts: { ...entryOptions, jobId: id } })));
}
