/** The database: how busy it is, how far its replicas and its archive are, how old its backups. */
import { postgresPods } from "../queries";
import { ask, asking, type Query, type View } from "./view";

export const postgres: View = (args, window) => {
  const pods = postgresPods(args.watched);
  if (pods === undefined) return [];
  const { backupEvery, drillLate, pooler } = args.postgres ?? {};
  const one = (legend: string, expr: string): Query[] => [{ expr, legend }];
  const rate = (metric: string) => `sum(rate(${metric}{${pods}}[${window}]))`;
  return asking(
    {
      limit: { at: 0.85, worse: "above" },
      queries: ask(args, window, "connections"),
      title: "Connections in use",
      unit: "share",
    },
    { queries: ask(args, window, "query", undefined, "mean"), title: "Time of a query", unit: "seconds" },
    {
      queries: one("queries", rate("cnpg_pg_stat_statements_calls")),
      title: "Queries",
      unit: "a second",
    },
    {
      queries: [
        ...one("committed", rate("cnpg_pg_stat_database_xact_commit")),
        ...one("rolled back", rate("cnpg_pg_stat_database_xact_rollback")),
      ],
      title: "Transactions",
      unit: "a second",
    },
    {
      queries: one(
        "from memory",
        `${rate("cnpg_pg_stat_database_blks_hit")} / (${rate("cnpg_pg_stat_database_blks_hit")} + ${rate("cnpg_pg_stat_database_blks_read")})`,
      ),
      title: "Pages found in memory",
      unit: "share",
    },
    {
      queries: one("{{datname}}", `max by (datname) (cnpg_pg_database_size_bytes{${pods}})`),
      title: "Size",
      unit: "bytes",
    },
    {
      queries: ask(args, window, "replication-lag", undefined, "furthest behind"),
      title: "Replicas behind",
      unit: "seconds",
    },
    {
      queries: one("deadlocks", `sum(increase(cnpg_pg_stat_database_deadlocks{${pods}}[1h]))`),
      title: "Deadlocks in an hour",
      unit: "count",
    },
    {
      queries:
        pooler === true
          ? one(
              "longest wait",
              `max(cnpg_pgbouncer_pools_maxwait{namespace="${args.watched.namespace}",pod=~"${args.watched.postgres ?? ""}-.+"})`,
            )
          : [],
      title: "Waiting for a connection of the pool",
      unit: "seconds",
    },
    {
      queries:
        backupEvery === undefined
          ? []
          : one("waiting", `max(cnpg_collector_pg_wal_archive_status{${pods},value="ready"})`),
      title: "Log files waiting for the archive",
      unit: "count",
    },
    {
      queries: backupEvery === undefined ? [] : ask(args, window, "backup-age", undefined, "newest"),
      shows: "number",
      title: "Age of the newest backup",
      unit: "seconds",
    },
    {
      queries: drillLate === undefined ? [] : ask(args, window, "drill-age", undefined, "last good one"),
      shows: "number",
      title: "Age of the last good drill",
      unit: "seconds",
    },
  );
};
