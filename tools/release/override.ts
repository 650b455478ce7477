/**
 * The stack file as a release had it, for everything that can be gone back to. Parts go back: what runs, how it is reached
 * and what it is told. Data does not: databases, queues, clusters, secrets' values, DNS and certificates stay as they are
 * now. The engine runs the program of today with it, so that state and cluster agree.
 */
import { parseSettings, type Settings } from "../../config";

export type Raw = Readonly<Record<string, unknown>>;
type Item = Record<string, unknown>;

/** The keys below `slipway:` that a release remembers and a rollback restores. */
export const RESTORED = ["parts", "jobs", "env", "hosts", "routes", "headers", "access", "smoke"] as const;

/** What a release remembers of its stack file. Values of secrets are not in these keys, and their sources only by name. */
export function remembered(raw: Raw): Record<string, unknown> {
  const kept = Object.fromEntries(RESTORED.filter((key) => key in raw).map((key) => [key, raw[key]]));
  const sources = Object.entries(itemsOf(raw.secrets)).filter(([, source]) => !isGiven(source));
  return { ...kept, ...(sources.length === 0 ? {} : { secrets: Object.fromEntries(sources) }) };
}

const isGiven = (source: unknown) => typeof source === "string" || (isItem(source) && "secure" in source);

/**
 * The keys of the stack file that must be another for the release to run again; undefined takes one away. Without
 * migrations: an older image's would meet a newer database. What they did stays, and whoever goes back is told.
 */
export function override(
  now: Raw,
  then: { config: Raw; images: Readonly<Record<string, string>> },
): Record<string, unknown> {
  const { secrets, ...config } = then.config;
  const restored = Object.fromEntries(RESTORED.map((key) => [key, config[key]]));
  const parts = Object.entries(itemsOf(config.parts)).map(([name, part]): [string, unknown] => {
    const rest = without(part as Item, "migrate", "build");
    const image = then.images[name] ?? rest.image;
    return [name, { ...rest, ...(image === undefined ? {} : { image }) }];
  });
  const jobs = Object.entries(itemsOf(config.jobs)).filter(([, job]) => (job as Item).once !== true);
  return {
    ...restored,
    parts: Object.fromEntries(parts),
    jobs: config.jobs === undefined ? undefined : Object.fromEntries(jobs),
    // What is there now wins: a secret that was rotated is not turned back.
    ...(secrets === undefined ? {} : { secrets: { ...itemsOf(secrets), ...itemsOf(now.secrets) } }),
  };
}

/** The settings that result; throws Problems where the release cannot run on what is there now. */
export function settingsWith(now: Raw, changed: Readonly<Record<string, unknown>>, where: string): Settings {
  const merged = Object.entries({ ...now, ...changed }).filter(([, value]) => value !== undefined);
  return parseSettings(Object.fromEntries(merged), { where });
}

const without = (item: Item, ...keys: string[]): Item =>
  Object.fromEntries(Object.entries(item).filter(([key]) => !keys.includes(key)));
const isItem = (value: unknown): value is Item =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const itemsOf = (value: unknown): Item => (isItem(value) ? value : {});
