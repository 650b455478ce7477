/** The database: up, with connections to give, its replicas, backups, archive and drills in time. */
import { formatDuration } from "../../../config";
import { rehearsalHome } from "../../../config/rehearsal";
import { latestFailed, postgresPods, refusing } from "../queries";
import { alerting, compared, MINUTE, seconds, type AlertRule, type RulesArgs, type Said } from "./rule";

/** A backup that takes its time is not late yet. */
const LATE = 1.5;
const MOST_BEHIND = 5 * MINUTE;

type Make = (said: Omit<Said, "part">) => AlertRule;

export function postgresRules(args: RulesArgs): AlertRule[] {
  const { watched } = args;
  const pods = postgresPods(watched);
  if (pods === undefined) return [];
  const make: Make = (said) => alerting(args, { part: "postgres", ...said });
  const over = (name: Parameters<typeof compared>[1], most: number) =>
    compared(args, name, undefined, ">", most).join("");
  const { query, rpo } = args.targets;
  return [
    make({
      alert: "PostgresDown",
      description: "No instance answers its own exporter.",
      expr: `(sum(cnpg_collector_up{${pods}}) or vector(0)) < 1 unless on () ${refusing(pods)}`,
      severity: "critical",
      summary: "The database is down",
      wait: "2m",
    }),
    make({
      alert: "ConnectionsUsedUp",
      description:
        "More than 97 % of the connections Postgres grants are in use, or its own exporter got none: new ones are refused.",
      expr: `${over("connections", 0.97)} or ${refusing(pods)}`,
      severity: "critical",
      summary: "Postgres has no connections left",
      wait: "1m",
    }),
    make({
      alert: "ConnectionsNearlyUsedUp",
      description: "More than 85 % of the connections Postgres grants are in use.",
      expr: over("connections", 0.85),
      severity: "high",
      summary: "Postgres has few connections left",
      wait: "5m",
    }),
    ...(args.postgres?.pooler === true
      ? [
          make({
            alert: "PoolWaits",
            description: "Clients wait for a connection of the pool for more than a second.",
            expr: `max(cnpg_pgbouncer_pools_maxwait{namespace="${watched.namespace}",pod=~"${watched.postgres ?? ""}-.+"}) > 1`,
            severity: "high",
            summary: "The connection pool is too small",
            wait: "5m",
          }),
        ]
      : []),
    make({
      alert: "ReplicaBehind",
      description: "A failover now would lose what the replica has not seen.",
      expr: over("replication-lag", seconds(Math.min(MOST_BEHIND, rpo?.value ?? MOST_BEHIND))),
      severity: "high",
      summary: "A replica of the database is behind",
      wait: "5m",
    }),
    ...(query === undefined
      ? []
      : [
          make({
            alert: "QueriesSlow",
            description: `The mean query takes longer than ${query.text}.`,
            expr: over("query", seconds(query.value)),
            severity: "medium",
            summary: "Queries of the database are slow",
            wait: "15m",
          }),
        ]),
    ...backups(args, pods, make),
  ];
}

function backups(args: RulesArgs, pods: string, make: Make): AlertRule[] {
  const { backupEvery, drillLate } = args.postgres ?? {};
  const { rpo } = args.targets;
  const late = backupEvery === undefined ? undefined : Math.round(seconds(backupEvery * LATE));
  const newest = `max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${pods}})`;
  const failed = `max(barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp{${pods}})`;
  const drill = compared(args, "drill-age", undefined, ">", seconds(drillLate ?? 0)).join("");
  return [
    ...(late === undefined ? [] : backupRules(args, make, { failed, late, newest })),
    ...(late === undefined ? [] : archive(pods, rpo, make)),
    ...(drillLate === undefined
      ? []
      : [
          make({
            alert: "DrillFailed",
            description:
              "The newest backup could not be restored, or what came of it did not pass its checks.",
            // Those of the schedule and those by hand; the operator's jobs there are called otherwise.
            expr: latestFailed(rehearsalHome(args.watched.namespace), "drill(-[a-z0-9]+)+"),
            severity: "high",
            summary: "The rehearsed restore of the database failed",
          }),
          make({
            alert: "DrillTooOld",
            description: `No restore was rehearsed with success for ${formatDuration(drillLate)}.`,
            expr: drill,
            severity: "medium",
            summary: "Nobody knows whether the backups of the database can be restored",
            wait: "1h",
          }),
        ]),
  ];
}

function backupRules(
  args: RulesArgs,
  make: Make,
  { failed, late, newest }: { failed: string; late: number; newest: string },
): AlertRule[] {
  const age = formatDuration(late * 1000);
  return [
    make({
      alert: "BackupTooOld",
      description: `No good backup for ${age}.`,
      expr: compared(args, "backup-age", undefined, ">", late).join(""),
      severity: "critical",
      summary: "The newest backup of the database is too old",
      wait: "10m",
    }),
    make({
      alert: "BackupMissing",
      description: `After ${age} there is still no backup at all.`,
      expr: `(${newest} or vector(0)) == 0`,
      severity: "critical",
      summary: "The database has no backup",
      wait: formatDuration(late * 1000, "go"),
    }),
    make({
      alert: "BackupFailed",
      description: "The last backup failed; the one before it is still there.",
      expr: `${failed} > ${newest}`,
      severity: "high",
      summary: "A backup of the database failed",
    }),
  ];
}

/** Only what waits can be late: a database nobody writes to archives nothing. */
function archive(pods: string, rpo: RulesArgs["targets"]["rpo"], make: Make): AlertRule[] {
  const primary = `and on (pod) cnpg_pg_replication_in_recovery{${pods}} == 0`;
  const waiting = `max(cnpg_collector_pg_wal_archive_status{${pods},value="ready"} ${primary}) > 0`;
  const last = `max(cnpg_pg_stat_archiver_seconds_since_last_archival{${pods}} ${primary})`;
  return [
    ...(rpo === undefined
      ? []
      : [
          make({
            alert: "ArchiveBehind",
            description: `A lost disk would cost more than the promised ${rpo.text}.`,
            expr: `${last} > ${seconds(rpo.value)} and ${waiting}`,
            severity: "critical",
            summary: "Changes of the database are not archived",
            wait: "5m",
          }),
        ]),
    make({
      alert: "ArchiveFails",
      description: "The last try to archive changes failed, and they wait on the database's own disk.",
      expr:
        `max(cnpg_pg_stat_archiver_last_failed_time{${pods}} ${primary}) > ` +
        `max(cnpg_pg_stat_archiver_last_archived_time{${pods}} ${primary}) and ${waiting}`,
      severity: "high",
      summary: "The database cannot archive its changes",
      wait: "5m",
    }),
  ];
}
