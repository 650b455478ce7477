/** Retrying across a failover: a new primary, a pooler restarting, a dropped connection. */
import { setTimeout as sleep } from "node:timers/promises";

const passingCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "25006", // read-only transaction: this was the primary a moment ago
  "53300", // too many connections
  "57P01", // the server is being stopped
  "57P02", // the server crashed
  "57P03", // the server is starting
  "40001", // serialization failure
  "40P01", // deadlock
]);

export function isPassing(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isPassing);
  if (!(error instanceof Error)) return false;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return (
    passingCodes.has(code) ||
    code.startsWith("08") ||
    /connection terminated|timeout exceeded when trying to connect|query read timeout|client was closed/i.test(
      error.message,
    )
  );
}

/**
 * Runs `work` again while it fails for a passing reason, for at most `forMilliseconds`.
 * Only for work that may be done twice: the first try may have been committed and only its answer lost.
 */
export async function retrying<T>(forMilliseconds: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + forMilliseconds;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || Date.now() + pause > deadline) throw error;
      await sleep(pause * (0.5 + Math.random()));
    }
  }
}
