/** What a need can tell a program beside its usual variables: `postgres.host`, `redis.password`, `api.url`. */
import type { Settings } from "./settings";

/** One fact of one need, as `from` names it. */
export interface Fact {
  /** As written: `postgres.host`. */
  readonly text: string;
  readonly need: string;
  readonly fact: string;
}

const OPERATED = [
  "url",
  "readUrl",
  "directUrl",
  "host",
  "readHost",
  "port",
  "database",
  "user",
  "password",
] as const;
/** Of a store elsewhere only its URL is known, and that only to the parts. */
const ELSEWHERE = ["url", "readUrl", "directUrl"] as const;
const REDIS = ["url", "host", "port", "password"] as const;
const PART = ["url", "host", "port"] as const;

export const FACT_FORMS = "a need and what is asked of it, such as postgres.host or redis.url";

export function parseFact(text: string): Fact | undefined {
  const [, need, fact] = /^([a-z][a-z0-9-]*)\.([a-zA-Z]+)$/.exec(text) ?? [];
  return need === undefined || fact === undefined ? undefined : { text, need, fact };
}

/** What may be asked of a need in this stack. */
export function factsOf({ postgres, redis }: Settings, need: string): readonly string[] {
  if (need === "postgres") return postgres?.mode === "external" ? ELSEWHERE : OPERATED;
  if (need === "redis") return redis?.mode === "external" ? ["url"] : REDIS;
  return PART;
}
