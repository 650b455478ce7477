/** Something done again and again, never twice at once, that can be stopped and waited for. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../shared/log";

export function every(
  seconds: number,
  log: Log,
  complaint: string,
  work: () => Promise<void>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      try {
        await work();
      } catch (error) {
        log.warn({ err: error }, complaint);
      }
      // Rejects only when stopped, which the loop's condition sees.
      await sleep(seconds * 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ended = loop();
  return {
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}
