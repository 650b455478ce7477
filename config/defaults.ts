/** The schema's own defaults, for those who build components in code and say only what differs. */
import {
  finish,
  type PartSettings,
  type OperatedPostgres,
  type RedisSettings,
  type Settings,
} from "./settings";
import { stack } from "./schema/stack";

/** What was said, with nothing left open that has a default. */
export type Completed<Said, Defaults> = Omit<Said, keyof Defaults> & {
  [K in keyof Defaults & keyof Said]-?: Exclude<Said[K], undefined>;
};

/** A part's defaults. */
export function partDefaults<Kind extends PartSettings["kind"]>(
  kind: Kind,
): Extract<PartSettings, { kind: Kind }> {
  const part = kind === "worker" ? { kind } : { kind, port: 80 };
  return read({ parts: { part } }).parts.part as Extract<PartSettings, { kind: Kind }>;
}

/** The defaults of a database run by the operator; backups are nobody's default. */
export function postgresDefaults(product: string): Omit<OperatedPostgres, "backup" | "drill"> {
  return read({ postgres: {}, product }).postgres as OperatedPostgres;
}

/** The defaults of a Redis of a role. */
export function redisDefaults(role: RedisSettings["role"]): Extract<RedisSettings, { mode: "managed" }> {
  return read({ redis: { role } }).redis as Extract<RedisSettings, { mode: "managed" }>;
}

/** Defaults of one route to a part. */
export function routeDefaults(): Settings["routes"][number] {
  const [route] = read({ routes: [{ host: "app" }] }).routes;
  if (route === undefined) throw new Error("the schema lost a route");
  return route;
}

/** The defaults of all that is not a part, a store or a route. */
export function stackDefaults(): Settings {
  return read({});
}

function read(said: object): Settings {
  return finish(stack.parse({ clusters: {}, parts: {}, product: "product", ...said }));
}

/** What was said over the defaults; what was said to be undefined counts as not said. */
export function withDefaults<Said extends object, Defaults extends Partial<Said>>(
  said: Said,
  defaults: Defaults,
): Completed<Said, Defaults> {
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as Completed<Said, Defaults>;
}
