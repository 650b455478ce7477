/** The series of exporters that rules and dashboards ask for. No others are kept: an exporter tells hundreds, and each costs Prometheus memory. */

export const POSTGRES_SERIES = [
  "barman_cloud_cloudnative_pg_io_.+",
  "cnpg_backends_total",
  "cnpg_collector_pg_wal_archive_status",
  "cnpg_collector_up",
  "cnpg_pg_database_size_bytes",
  "cnpg_pg_replication_in_recovery",
  "cnpg_pg_replication_lag",
  "cnpg_pg_stat_archiver_(last_archived_time|last_failed_time|seconds_since_last_archival)",
  "cnpg_pg_stat_database_(blks_hit|blks_read|deadlocks|xact_commit|xact_rollback)",
  "cnpg_pg_stat_statements_.+",
] as const;

/** Of some three hundred settings, the one that is asked for. */
export const POSTGRES_SETTINGS = { of: "cnpg_pg_settings_setting", kept: ["max_connections"] } as const;

export const POOLER_SERIES = ["cnpg_pgbouncer_pools_maxwait"] as const;

export const REDIS_SERIES = [
  "redis_commands_processed_total",
  "redis_connected_clients",
  "redis_db_keys",
  "redis_evicted_keys_total",
  "redis_key_size",
  "redis_keyspace_(hits|misses)_total",
  "redis_memory_(max|used)_bytes",
  "redis_up",
] as const;

export const PROBE_SERIES = [
  "probe_dns_lookup_time_seconds",
  "probe_duration_seconds",
  "probe_http_status_code",
  "probe_ssl_earliest_cert_expiry",
  "probe_success",
] as const;
