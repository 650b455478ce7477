/** Redis: a queue never forgets, and what is kept fits on its disk. */
import { formatBytes } from "../units";
import { type Check, problem } from "./check";
import { missingSecret } from "./needs";

export const redis: Check = (settings) => {
  const store = settings.redis;
  if (store === undefined) return [];
  if (store.mode === "external") return missingSecret(settings, "redis.url", store.url);
  const found = [];
  if (store.role === "queue" && store.eviction !== "noeviction") {
    found.push(
      problem(
        "redis.eviction",
        `"${store.eviction}" for a queue, which would lose jobs`,
        "noeviction for a queue",
        "take it out, or write role: cache",
      ),
    );
  }
  if (store.role === "cache" && store.eviction === "noeviction") {
    found.push(
      problem(
        "redis.eviction",
        '"noeviction" for a cache, which would refuse writes once full',
        "a policy that evicts",
        "take it out, or write role: queue",
      ),
    );
  }
  if (store.role === "queue" && !store.persist) {
    found.push(
      problem(
        "redis.persist",
        "false for a queue, which would lose jobs with its pod",
        "true for a queue",
        "take it out, or write role: cache",
      ),
    );
  }
  if (store.persist && store.storage.value < 2 * store.memory.value) {
    const least = formatBytes(2 * store.memory.value);
    found.push(
      problem(
        "redis.storage",
        store.storage.text,
        `at least twice redis.memory (${least}), which rewriting the file takes`,
        `write ${least} or more`,
      ),
    );
  }
  return found;
};
