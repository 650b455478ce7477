/** The database: enough connections, instances that make sense, backups that keep the promises. */
import { connectionBudget, type Demand } from "../budget";
import type { Problem } from "../problems";
import type { OperatedPostgres, Settings } from "../settings";
import { type Check, problem } from "./check";
import { bucketPlace } from "./buckets";

export const postgres: Check = (settings) => {
  const { postgres: database } = settings;
  const found = [...budget(settings)];
  if (database === undefined) {
    for (const key of ["rpo", "rto", "query"] as const) {
      const target = settings.targets[key];
      if (target !== undefined)
        found.push(
          problem(
            `targets.${key}`,
            `${target.text} without a database`,
            "it together with postgres",
            "take it out",
          ),
        );
    }
    return found;
  }
  if (database.mode === "external") return found;
  return [
    ...found,
    ...instances(database),
    ...parameters(database),
    ...promises(settings, database),
    ...drill(settings, database),
    ...restored(database),
  ];
};

/** What a database began with is read again where it must be made again: it must still be known where. */
function restored({ backup, restored: since }: OperatedPostgres): Problem[] {
  if (since === undefined || since.of !== undefined || backup !== undefined) return [];
  return [
    problem(
      "postgres.restored",
      "a restored database without backups",
      "it together with postgres.backup",
      "declare postgres.backup again: its bucket is what the database began with",
    ),
  ];
}

function budget(settings: Settings): Problem[] {
  const sums = connectionBudget(settings);
  if (sums === undefined) return [];
  const found: Problem[] = [];
  const external = settings.postgres?.mode === "external";
  if (sums.asked > sums.granted) {
    const allowed = `at most the ${sums.granted} that ${external ? "postgres.connections" : "Postgres"} grants`;
    const remedy = external
      ? "lower pool.size or scale.max, or take a larger plan"
      : "lower pool.size or scale.max, raise postgres.memory, or add postgres.pooler: {}";
    found.push(
      problem("postgres", `${sums.asked} connections asked for (${explain(sums.direct)})`, allowed, remedy),
    );
  }
  if (sums.askedOfPooler > sums.grantedByPooler) {
    found.push(
      problem(
        "postgres.pooler.clients",
        `${sums.askedOfPooler} connections asked for (${explain(sums.pooled)})`,
        `at most the ${sums.grantedByPooler} that the poolers accept`,
        "raise it, or add instances",
      ),
    );
  }
  const pooler = settings.postgres?.mode === "operator" ? settings.postgres.pooler : undefined;
  const opened = (pooler?.instances ?? 0) * (pooler?.size ?? 0);
  if (pooler?.mode === "session" && sums.askedOfPooler > opened) {
    found.push(
      problem(
        "postgres.pooler.size",
        `${sums.askedOfPooler} sessions asked for (${explain(sums.pooled)})`,
        `at most the ${opened} that the poolers open: in session mode each client keeps one`,
        "raise it, or write mode: transaction",
      ),
    );
  }
  return found;
}

function explain(demands: readonly Demand[]): string {
  return demands
    .map(({ path, connections, sum }) =>
      path.includes(".") ? `${path} ${connections} = ${sum}` : `${sum} ${connections}`,
    )
    .join(", ");
}

function instances(database: OperatedPostgres): Problem[] {
  const { synchronous, instances: count } = database;
  if (synchronous === undefined || synchronous.replicas < count) return [];
  return [
    problem(
      "postgres.synchronous.replicas",
      String(synchronous.replicas),
      `fewer than postgres.instances (${count})`,
      `write instances: ${synchronous.replicas + 2}, so that one may be away`,
    ),
  ];
}

/** Settings that CloudNativePG keeps for itself, or that have a key of their own here. */
const OWNED: Readonly<Record<string, string>> = {
  max_connections: "write postgres.connections instead",
  synchronous_standby_names: "write postgres.synchronous instead",
  archive_timeout: "write postgres.backup.wal instead",
  shared_preload_libraries: "write postgres.extensions instead",
};
const FIXED =
  /^(?:archive_(?:command|mode)|restore_command|wal_level|wal_log_hints|full_page_writes|hot_standby|listen_addresses|port|data_directory|config_file|hba_file|ident_file|external_pid_file|cluster_name|primary_conninfo|primary_slot_name|recovery_.*|ssl(?:_.*)?|unix_socket_.*|log_(?:destination|directory|filename|file_mode|rotation_.*|truncate_on_rotation)|logging_collector|bonjour(?:_name)?|allow_system_table_mods|promote_trigger_file|stats_temp_directory|syslog_.*|event_source)$/;

/** Why a setting of Postgres cannot stand in `postgres.parameters`; undefined where it can. */
export function notAParameter(name: string): { allowed: string; instead: string } | undefined {
  const own = OWNED[name];
  if (own !== undefined) return { allowed: "settings without a key of their own", instead: own };
  if (!FIXED.test(name)) return undefined;
  return {
    allowed: "settings that the operator leaves open",
    instead: "take it out: the operator sets it",
  };
}

function parameters(database: OperatedPostgres): Problem[] {
  return Object.entries(database.parameters).flatMap(([name, value]) => {
    const path = `postgres.parameters.${name}`;
    const taken = notAParameter(name);
    if (taken !== undefined) return [problem(path, `"${value}"`, taken.allowed, taken.instead)];
    if (name !== "shared_buffers") return [];
    const bytes = postgresBytes(value);
    if (bytes === undefined || bytes <= database.memory.value * 0.8) return [];
    return [
      problem(
        path,
        `"${value}"`,
        `at most four fifths of postgres.memory (${database.memory.text})`,
        "lower it, or raise postgres.memory",
      ),
    ];
  });
}

function postgresBytes(value: string): number | undefined {
  const [, count, unit = "8kB"] = /^(\d+)\s*(kB|MB|GB|TB)?$/.exec(value) ?? [];
  const factors: Readonly<Record<string, number>> = {
    "8kB": 8192,
    kB: 1024,
    MB: 1024 ** 2,
    GB: 1024 ** 3,
    TB: 1024 ** 4,
  };
  return count === undefined ? undefined : Number(count) * (factors[unit] ?? NaN);
}

function promises(settings: Settings, database: OperatedPostgres): Problem[] {
  const { rpo, rto } = settings.targets;
  const { backup } = database;
  if (backup === undefined) {
    return [["rpo", rpo] as const, ["rto", rto] as const].flatMap(([key, target]) =>
      target === undefined
        ? []
        : [
            problem(
              `targets.${key}`,
              `${target.text} without a backup`,
              "it together with postgres.backup",
              "declare postgres.backup: {bucket: ...}",
            ),
          ],
    );
  }
  const found = [...bucketPlace(settings, "postgres.backup", backup)];
  if (rpo !== undefined && backup.wal.value > rpo.value) {
    found.push(
      problem(
        "postgres.backup.wal",
        backup.wal.text,
        `at most targets.rpo (${rpo.text})`,
        `write wal: ${rpo.text} or less`,
      ),
    );
  }
  if (backup.lock !== undefined && backup.lock.value > backup.keep.days * 86_400e3) {
    found.push(
      problem(
        "postgres.backup.lock",
        backup.lock.text,
        `at most keep.days (${backup.keep.days}d)`,
        "shorten it: what is locked cannot be tidied away",
      ),
    );
  }
  const kept = backup.keep.days * 86_400e3;
  if (kept < backup.every.longestGap) {
    found.push(
      problem(
        "postgres.backup.keep.days",
        String(backup.keep.days),
        `at least the time between two backups (${backup.every.text})`,
        "keep them longer, or take them more often",
      ),
    );
  }
  return found;
}

function drill(settings: Settings, database: OperatedPostgres): Problem[] {
  const { drill: plan, backup, storage } = database;
  if (plan === undefined) {
    return settings.release.drill
      ? [
          problem(
            "release.drill",
            "true without a drill",
            "it together with postgres.drill",
            "declare postgres.drill: {}",
          ),
        ]
      : [];
  }
  const found: Problem[] = [];
  if (backup === undefined)
    found.push(
      problem(
        "postgres.drill",
        "a drill without a backup",
        "it together with postgres.backup",
        "declare postgres.backup: {bucket: ...}",
      ),
    );
  const { rto } = settings.targets;
  if (rto !== undefined && plan.timeout.value > rto.value) {
    found.push(
      problem(
        "postgres.drill.timeout",
        plan.timeout.text,
        `at most targets.rto (${rto.text})`,
        `write timeout: ${rto.text}: a slower restore breaks the promise`,
      ),
    );
  }
  if (plan.late.value < plan.every.longestGap) {
    found.push(
      problem(
        "postgres.drill.late",
        plan.late.text,
        `at least the time between two drills (${plan.every.text})`,
        "lengthen it, or drill more often",
      ),
    );
  }
  if (plan.storage !== undefined && plan.storage.value < storage.value) {
    found.push(
      problem(
        "postgres.drill.storage",
        plan.storage.text,
        `at least postgres.storage (${storage.text})`,
        "take it out: a restored disk is as large as the one it came from",
      ),
    );
  }
  plan.checks.forEach(({ expect }, index) => {
    if (/^(?:=|!=|<=?|>=?)\s*\S/.test(expect)) return;
    found.push(
      problem(
        `postgres.drill.checks[${index}].expect`,
        `"${expect}"`,
        "a comparison such as >= 1 or = true",
        `write "= ${expect}"`,
      ),
    );
  });
  return found;
}
