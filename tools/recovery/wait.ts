/** Waits for something of a cluster's, with an end to its patience. */
import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../../toolchain/lib/failure";
import { duration } from "../../toolchain/lib/duration";

const EVERY = 1000;

export interface Patience {
  what: string;
  /** Milliseconds. */
  within: number;
  /** What to do when it is over. */
  next: string;
  /** In a few words, how it is going. */
  say?: () => string;
  signal?: AbortSignal;
}

/** Asks until it gets an answer that is not undefined. */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  { what, within, next, say, signal }: Patience,
): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) {
      const last = say?.();
      throw new Failure(`${what} did not come to its end within ${duration(within)}`, {
        details: last === undefined || last === "" ? [] : [last],
        next,
      });
    }
    await pause(EVERY, undefined, { signal });
  }
}
