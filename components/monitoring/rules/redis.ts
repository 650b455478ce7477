/** Redis: up, with room; and as a queue, never forgetting. */
import { redisPods } from "../queries";
import { alerting, compared, type AlertRule, type RulesArgs, type Said } from "./rule";

export function redisRules(args: RulesArgs): AlertRule[] {
  const pods = redisPods(args.watched);
  if (pods === undefined) return [];
  const make = (said: Omit<Said, "part">) => alerting(args, { part: "redis", ...said });
  const over = (name: "redis-memory" | "evictions", most: number) =>
    compared(args, name, undefined, ">", most).join("");
  return [
    make({
      alert: "RedisDown",
      description: "It does not answer its own exporter.",
      expr: `(sum(redis_up{${pods}}) or vector(0)) < 1`,
      severity: "critical",
      summary: "Redis is down",
      wait: "2m",
    }),
    make({
      alert: "RedisNearlyFull",
      description: "More than 90 % of maxmemory is in use.",
      expr: over("redis-memory", 0.9),
      severity: "high",
      summary: "Redis is nearly full",
      wait: "10m",
    }),
    ...(args.redisRole === "queue"
      ? [
          make({
            alert: "QueueEvicts",
            description: "Redis has thrown keys away to make room, and with them jobs that were accepted.",
            expr: over("evictions", 0),
            severity: "critical",
            summary: "The queue in Redis loses jobs",
          }),
        ]
      : []),
  ];
}
