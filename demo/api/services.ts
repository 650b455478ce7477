/** What every route may use, opened once and closed once. */
import { z } from "zod";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { Database } from "../shared/database";
import { openLog, type Log } from "../shared/log";
import { Metrics } from "../shared/metrics";
import { openQueue, openRedis, type QueueEntry } from "../shared/queue";
import { common, port, seconds, stores } from "../shared/settings";
import { News } from "./news";
import { Tokens } from "./tokens";

export const apiSettings = {
  ...common,
  ...stores,
  PORT: port(8000),
  JWT_SECRET: z
    .string({ error: "is missing. Write at least 32 random characters" })
    .min(32, "is too short: at least 32 random characters"),
  CORS_ORIGINS: z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((origin) => origin.trim())
        .filter(Boolean),
    ),
  /** How long a pod keeps serving after SIGTERM while it is taken out of every load balancer. */
  DRAIN_SECONDS: seconds(5),
  MAX_UPLOAD_BYTES: z.coerce
    .number({ error: "must be a number of bytes" })
    .int()
    .min(1)
    .default(1024 ** 3),
};

export type ApiSettings = z.infer<z.ZodObject<typeof apiSettings>>;

export interface Services {
  settings: ApiSettings;
  log: Log;
  database: Database;
  redis: Redis;
  queue: Queue<QueueEntry>;
  news: News;
  tokens: Tokens;
  metrics: Metrics;
  /** Where this release's migrations lie. */
  migrations: string;
}

export function openServices(settings: ApiSettings, migrations: string): Services {
  const log = openLog("api", settings);
  const database = new Database(settings, "api", log);
  const redis = openRedis(settings.REDIS_URL, log, { failFast: true });
  const queue = openQueue(redis, log);
  const metrics = new Metrics("api", settings.RELEASE);
  metrics.watchQueue(queue, redis, database);
  return {
    settings,
    log,
    database,
    redis,
    queue,
    metrics,
    migrations,
    news: new News(settings.REDIS_URL, log),
    tokens: new Tokens(settings.JWT_SECRET),
  };
}

export async function closeServices({ queue, redis, news, database }: Services): Promise<void> {
  await queue.close();
  news.close();
  redis.disconnect();
  await database.close();
}
