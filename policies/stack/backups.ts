/** Databases are backed up, and in time for what the stack promises. */
import { pages } from "../frameworks";
import { objectStore, postgresCluster, scheduledBackup } from "../kinds";
import { resourceRule, stackRule } from "../rule";
import type { Resource } from "../resource";
import { formatDuration, parseDuration } from "../../config/units";
import { namespaceOf, nameOf } from "./workloads";

interface ClusterSpec {
  plugins?: { name: string; isWALArchiver?: boolean; parameters?: { barmanObjectName?: string } }[];
  postgresql?: { parameters?: Record<string, string> };
}

const archiverOf = (cluster: Resource) => {
  const { spec } = cluster.props as { spec: ClusterSpec };
  return (spec.plugins ?? []).find((plugin) => plugin.isWALArchiver === true);
};

export const backedUp = stackRule({
  name: "databases-are-backed-up",
  title: "Outside local stacks, each database archives its changes and is backed up on schedule.",
  severity: "critical",
  check: (stack, report, { tier, rpo }) => {
    if (tier === "local" && rpo === undefined) return; // promises nothing
    const stores = new Set(
      stack.of(objectStore).flatMap((store) => stack.known(store, () => place(store)) ?? []),
    );
    const scheduled = new Set(
      stack.of(scheduledBackup).flatMap((backup) => {
        const name = stack.known(backup, () => {
          const { spec } = backup.props as { spec: { cluster: { name: string }; suspend?: boolean } };
          return spec.suspend === true ? undefined : `${namespaceOf(backup)}/${spec.cluster.name}`;
        });
        return name ?? [];
      }),
    );
    stack.each(stack.of(postgresCluster), (cluster) => {
      const archiver = archiverOf(cluster);
      if (archiver === undefined) {
        report(cluster, {
          property: "spec.plugins",
          wanted: "barman-cloud.cloudnative-pg.io with isWALArchiver: true",
          message: "changes are not archived: what came after the last backup would be lost",
        });
      } else if (!stores.has(`${namespaceOf(cluster)}/${archiver.parameters?.barmanObjectName ?? ""}`)) {
        report(cluster, {
          property: "spec.plugins",
          found: archiver.parameters?.barmanObjectName ?? "no barmanObjectName",
          wanted: "the name of an ObjectStore of this stack",
          message: "the archive's ObjectStore is not there",
        });
      }
      if (!scheduled.has(place(cluster))) {
        report(cluster, {
          property: "metadata.name",
          wanted: "a ScheduledBackup of this Cluster",
          message: "no backup is scheduled",
        });
      }
    });
  },
  fix: "Declare postgres.backup in the stack file.",
  url: pages.cnpgBackup,
});

const place = (resource: Resource) => `${namespaceOf(resource)}/${nameOf(resource)}`;
/** The operator's own default of archive_timeout. */
const usualTimeout = "5min";

export const inTime = stackRule({
  name: "backups-meet-the-rpo",
  title: "Changes are archived as often as the stack's RPO promises.",
  severity: "high",
  check: (stack, report, { rpo }) => {
    if (rpo === undefined) return;
    stack.each(stack.of(postgresCluster), (cluster) => {
      if (archiverOf(cluster) === undefined) return; // the rule databases-are-backed-up says so
      const { spec } = cluster.props as { spec: ClusterSpec };
      const written = spec.postgresql?.parameters?.archive_timeout ?? usualTimeout;
      const timeout = postgresDuration(written);
      if (timeout !== undefined && timeout > 0 && timeout <= rpo) return;
      report(cluster, {
        property: "spec.postgresql.parameters.archive_timeout",
        found: written,
        wanted: `at most ${formatDuration(rpo)}, the RPO of the stack`,
        message: "a disaster may cost more data than the stack promises",
      });
    });
  },
  fix: "Lower postgres.backup.wal, or promise less in targets.rpo.",
  url: pages.cnpgBackup,
});

export const keptLongEnough = resourceRule({
  name: "backups-are-kept-as-declared",
  title: "Backups are kept as long as the stack declares.",
  severity: "high",
  applies: (resource) => resource.is(objectStore),
  check: (resource, report, { keep }) => {
    const { spec } = resource.props as { spec: { retentionPolicy?: string } };
    const kept = parseDuration(monthless(spec.retentionPolicy ?? ""))?.value;
    // That nothing is said at all is for the rule backup-stores-are-safe.
    if (keep === undefined || kept === undefined || kept >= keep) return;
    report(resource, {
      property: "spec.retentionPolicy",
      wanted: `at least ${formatDuration(keep)}, as the stack declares`,
      message: "backups are deleted before the day until which they were promised",
    });
  },
  fix: "Raise spec.retentionPolicy, or promise less in postgres.backup.keep.",
  url: pages.barman,
});

/** Barman counts months, the shortest of which has 28 days. */
const monthless = (written: string) => written.replace(/^(\d+)m$/, (_, months) => `${Number(months) * 28}d`);

/** A time as Postgres writes it: seconds, unless it has a unit. */
function postgresDuration(written: string): number | undefined {
  const text = written.trim().replace(/\s+/g, "").replace(/min$/, "m");
  return parseDuration(/^\d+$/.test(text) ? `${text}s` : text)?.value;
}
