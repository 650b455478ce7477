/** One subscription to Redis for the whole process, fanned out to the event streams open here. */
import type { Redis } from "ioredis";
import type { Log } from "../shared/log";
import { newsChannel, openRedis, type JobNews, type JobView } from "../shared/queue";

export interface Listener {
  job(job: JobView): void;
  /** News may have been missed: look at the whole again. */
  missed(): void;
}

export class News {
  private readonly redis: Redis;
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(url: string, log: Log) {
    this.redis = openRedis(url, log, { failFast: false });
    this.redis.on("message", (_channel: string, text: string) => {
      const { userId, job } = JSON.parse(text) as JobNews;
      for (const listener of this.listeners.get(userId) ?? []) listener.job(job);
    });
    this.redis.on("ready", () => {
      for (const one of this.listeners.values()) for (const listener of one) listener.missed();
    });
    this.redis.subscribe(newsChannel).catch((error: unknown) => {
      log.warn({ err: error }, "no live news of jobs until Redis is back");
    });
  }

  /** Returns how to stop listening. */
  listen(userId: string, listener: Listener): () => void {
    const mine = this.listeners.get(userId) ?? new Set<Listener>();
    this.listeners.set(userId, mine.add(listener));
    return () => {
      mine.delete(listener);
      if (mine.size === 0) this.listeners.delete(userId);
    };
  }

  close(): void {
    this.redis.disconnect();
  }
}
