/**
 * A file with a wrong value can still be checked for how its keys fit, so that all that is wrong is said at once. What
 * is wrong is taken out first, and whatever a check then says about its neighbourhood is not trusted.
 */
import type { Problem } from "./problems";

type Path = readonly PropertyKey[];

/** The settings without the values at these paths. */
export function without(raw: unknown, paths: readonly Path[]): unknown {
  const here = paths.filter(([, ...rest]) => rest.length === 0).map(([step]) => String(step));
  const below = (key: string) =>
    paths.filter(([step, ...rest]) => rest.length > 0 && String(step) === key).map(([, ...rest]) => rest);
  // Entries of lists stay, empty: the others keep their numbers, and the file is then known to be beyond checking.
  if (Array.isArray(raw))
    return raw.map((value: unknown, index) =>
      here.includes(String(index)) ? undefined : without(value, below(String(index))),
    );
  if (typeof raw !== "object" || raw === null) return raw;
  const kept = Object.entries(raw).filter(([key]) => !here.includes(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, without(value, below(key))]));
}

/** Sections with one subject each; the entries of the others are subjects of their own. */
const SINGLE = new Set([
  "postgres",
  "redis",
  "dns",
  "tls",
  "alerts",
  "targets",
  "access",
  "headers",
  "sentry",
  "otel",
  "registry",
  "release",
  "monitoring",
]);

function subject(path: string): string {
  const [, first = "", rest = ""] = /^([^.[]+)((?:\.[^.[]+|\[\d+\])?)/.exec(path) ?? [];
  return SINGLE.has(first) ? first : first + rest;
}

/** Of what the checks found, what does not depend on anything that was taken out. */
export function trusted(found: readonly Problem[], wrong: readonly Problem[]): Problem[] {
  const subjects = new Set(wrong.map(({ path }) => subject(path)));
  // Nearly everything hangs on the tier; names that are wrong or missing make others seem to point to nothing.
  if (subjects.has("tier")) return [];
  const words = wrong.flatMap(({ path, found: text, remedy }) => [
    path
      .split(/[.[\]]+/)
      .filter((step) => step !== "")
      .at(-1) ?? "",
    ...[...`${text} ${remedy ?? ""}`.matchAll(/"([^"]+)"/g)].map(([, word]) => word ?? ""),
  ]);
  const budget = [...subjects].some((one) => /^(?:parts|jobs|postgres)/.test(one));
  return found.filter(({ path, found: what, allowed }) => {
    const text = `${what} ${allowed}`;
    if (subjects.has(subject(path)) || [...subjects].some((one) => text.includes(one))) return false;
    if (budget && path.startsWith("postgres")) return false;
    return !words.some((word) => text.includes(`"${word}"`) || text.includes(`${word} `));
  });
}
