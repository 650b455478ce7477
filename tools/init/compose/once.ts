/** Services that run once and end: the migration of the part whose image they have, or a job of it. */
import type { Kind } from "./kinds";
import type { Loose } from "./read";
import type { Report } from "./report";
import { slug, wordsOf } from "./values";

type Parts = Readonly<Record<string, Record<string, unknown>>>;

/** Gives parts their migrations, and answers the jobs. */
export function once(
  services: Readonly<Record<string, Loose>>,
  kinds: Readonly<Record<string, Kind>>,
  parts: Parts,
  report: Report,
): Record<string, object> {
  const jobs: Record<string, object> = {};
  let migrating = false;
  for (const [name, service] of Object.entries(services)) {
    const is = kinds[name]?.is;
    if (is !== "migration" && is !== "job") continue;
    const path = ["services", name];
    const migrates = is === "migration";
    const command = wordsOf(service.command) ?? wordsOf(service.entrypoint);
    const heir = heirOf(service, services, parts, migrates);
    const part = heir === undefined ? undefined : parts[heir];
    if (heir === undefined || part === undefined || command === undefined || (migrates && migrating)) {
      report.leftOut(
        path,
        migrates
          ? "no part with its image needs postgres: write its command as that part's migrate"
          : "no part has its image: write its command into slipway:jobs, below the part whose program it is",
      );
    } else if (migrates) {
      migrating = true;
      part.migrate = command;
      report.changed(path, `parts.${heir}.migrate: before each new version, with that part's variables`);
    } else {
      jobs[slug(name)] = { part: heir, command, once: true };
      report.changed(
        path,
        `jobs.${slug(name)}: once for each new version, with the variables and needs of parts.${heir}`,
      );
    }
  }
  return jobs;
}

/** The part with the same image; for a migration, one that has the database. */
function heirOf(
  service: Loose,
  services: Readonly<Record<string, Loose>>,
  parts: Parts,
  migrates: boolean,
): string | undefined {
  const source = (one: Loose | undefined) => JSON.stringify([one?.image, one?.build]);
  return Object.keys(services)
    .filter((other) => source(services[other]) === source(service))
    .map((other) => slug(other))
    .find((other) => {
      const needs = (parts[other]?.needs ?? []) as string[];
      return parts[other] !== undefined && (!migrates || needs.includes("postgres"));
    });
}
