/** A person or a pipeline that ends a deployment: what runs is asked to end, and the lock is given back. */

export interface Stopping {
  signal: AbortSignal;
  /** Back to how signals were before. */
  done(): void;
}

/** The first signal asks; a second one is the usual end of a process. */
export function stopping(): Stopping {
  const stop = new AbortController();
  const ask = () => {
    done();
    stop.abort();
  };
  const done = () => {
    process.off("SIGINT", ask);
    process.off("SIGTERM", ask);
  };
  process.on("SIGINT", ask);
  process.on("SIGTERM", ask);
  return { signal: stop.signal, done };
}
