/**
 * Conditions of alert rules, without PromQL: `errors > 1%`, `p95 > 500ms for one part`, `metric app_crash_rate > 2%`.
 * What each signal means in PromQL is the Monitoring component's business; what may be written is decided here.
 */
import { parseBytes, parseDuration, parsePercent } from "./units";

export type SignalUnit = "percent" | "duration" | "count" | "bytes";

/** Signals a rule can be about, with the unit of its number and what it needs to exist. */
export const SIGNALS = {
  errors: { unit: "percent", means: "server errors of all answers", of: "part" },
  p50: { unit: "duration", means: "half of the answers take longer", of: "part" },
  p95: { unit: "duration", means: "5 of 100 answers take longer", of: "part" },
  p99: { unit: "duration", means: "1 of 100 answers takes longer", of: "part" },
  uptime: { unit: "percent", means: "successful probes from outside, over the rule's time", of: "stack" },
  availability: { unit: "percent", means: "answers that are not server errors, over 30 days", of: "part" },
  requests: { unit: "count", means: "requests a second", of: "part" },
  cpu: { unit: "percent", means: "CPU use of its limit", of: "part" },
  memory: { unit: "percent", means: "memory use of its limit", of: "part" },
  restarts: { unit: "count", means: "container restarts in the last hour", of: "part" },
  disk: { unit: "percent", means: "use of a volume, the database's included", of: "stack" },
  connections: { unit: "percent", means: "Postgres connections in use of those granted", of: "postgres" },
  query: { unit: "duration", means: "mean time of a Postgres query", of: "postgres" },
  "replication-lag": { unit: "duration", means: "how far a Postgres replica is behind", of: "postgres" },
  "backup-age": { unit: "duration", means: "age of the newest backup", of: "postgres" },
  "drill-age": { unit: "duration", means: "age of the last good restore drill", of: "postgres" },
  "queue-depth": { unit: "count", means: "jobs waiting", of: "redis" },
  "queue-age": { unit: "duration", means: "age of the oldest waiting job", of: "redis" },
  "redis-memory": { unit: "percent", means: "Redis memory in use of maxmemory", of: "redis" },
  evictions: { unit: "count", means: "keys Redis has evicted in the last hour", of: "redis" },
  "certificate-expiry": { unit: "duration", means: "time until the first certificate ends", of: "stack" },
} as const satisfies Readonly<
  Record<string, { unit: SignalUnit; means: string; of: "part" | "stack" | "postgres" | "redis" }>
>;
export type Signal = keyof typeof SIGNALS;

export type Comparison = ">" | ">=" | "<" | "<=";

export interface Condition {
  /** As written. */
  readonly text: string;
  readonly signal: Signal | "metric";
  /** The metric's name, when the signal is `metric`. */
  readonly metric?: string | undefined;
  readonly comparison: Comparison;
  /** In the base unit: fraction, seconds, count, bytes. */
  readonly threshold: number;
  readonly unit: SignalUnit;
}

export const CONDITION_FORMS =
  "a signal, a comparison and a number such as errors > 1%, p95 > 500ms, queue-depth > 1000 or metric app_crash_rate > 2%";

const SHAPE = /^(?:(metric)\s+([a-zA-Z_:][a-zA-Z0-9_:]*)|([a-z][a-z0-9-]*))\s*(>=|<=|>|<)\s*(\S+)$/;

/** The condition a text means; undefined when it means none, or its number has the wrong unit. */
export function parseCondition(input: string): Condition | undefined {
  const text = input.trim();
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, , metric, named, comparison, number = ""] = match;
  if (metric === undefined && !isSignal(named)) return undefined;
  const signal = metric === undefined ? (named as Signal) : "metric";
  const unit = signal === "metric" ? guessUnit(number) : SIGNALS[signal].unit;
  const threshold = parseThreshold(number, unit);
  if (threshold === undefined) return undefined;
  return { text, signal, metric, comparison: comparison as Comparison, threshold, unit };
}

function isSignal(name: string | undefined): name is Signal {
  return name !== undefined && Object.hasOwn(SIGNALS, name);
}

function guessUnit(number: string): SignalUnit {
  if (number.endsWith("%")) return "percent";
  if (/^[\d.]+$/.test(number)) return "count";
  return parseDuration(number) === undefined ? "bytes" : "duration";
}

function parseThreshold(number: string, unit: SignalUnit): number | undefined {
  switch (unit) {
    case "percent":
      return number.endsWith("%") ? parsePercent(number)?.value : undefined;
    case "duration": {
      const milliseconds = parseDuration(number)?.value;
      return milliseconds === undefined ? undefined : milliseconds / 1000;
    }
    case "bytes":
      return parseBytes(number)?.value;
    case "count":
      return /^\d{1,15}(?:\.\d{1,9})?$/.test(number) ? Number(number) : undefined;
  }
}
