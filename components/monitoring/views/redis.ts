/** Redis: its room, its work, and as a queue what waits in it. */
import { queueDepth, redisPods } from "../queries";
import { ask, asking, type Query, type View } from "./view";

export const redis: View = (args, window) => {
  const pods = redisPods(args.watched);
  if (pods === undefined) return [];
  const one = (legend: string, expr: string): Query[] => [{ expr, legend }];
  const rate = (metric: string) => `sum(rate(${metric}{${pods}}[${window}]))`;
  const queues = Object.entries(args.parts).flatMap(([part, { scale }]) => {
    const expr = scale.queue && queueDepth(args.watched, scale.queue.redis);
    return expr === undefined ? [] : [{ expr, legend: part }];
  });
  return asking(
    {
      limit: { at: 0.9, worse: "above" },
      queries: ask(args, window, "redis-memory", undefined, "of maxmemory"),
      title: "Memory in use",
      unit: "share",
    },
    { queries: queues, title: "Jobs that wait", unit: "count" },
    {
      queries: queues.length === 0 ? [] : ask(args, window, "queue-age", undefined, "oldest"),
      title: "Age of the oldest job",
      unit: "seconds",
    },
    {
      ...(args.redisRole === "queue" ? { limit: { at: 1, worse: "above" as const } } : {}),
      queries: ask(args, window, "evictions"),
      title: "Keys thrown away in an hour",
      unit: "count",
    },
    { queries: one("commands", rate("redis_commands_processed_total")), title: "Commands", unit: "a second" },
    { queries: one("clients", `sum(redis_connected_clients{${pods}})`), title: "Clients", unit: "count" },
    { queries: one("{{db}}", `sum by (db) (redis_db_keys{${pods}})`), title: "Keys", unit: "count" },
    {
      queries:
        args.redisRole === "cache"
          ? one(
              "found",
              `${rate("redis_keyspace_hits_total")} / (${rate("redis_keyspace_hits_total")} + ${rate("redis_keyspace_misses_total")})`,
            )
          : [],
      title: "Found in the cache",
      unit: "share",
    },
  );
};
