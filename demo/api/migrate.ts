/**
 * Migrations: plain SQL files, in the order of their names, each in one transaction, each once.
 * Several at once are safe: a transaction lock (which a transaction pooler keeps, where a session lock would be lost)
 * lets one through and the others look again. A failing file leaves nothing behind, and names itself.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, DatabaseError } from "pg";
import type { Log } from "../shared/log";
import { withLibpqTls, type Database, type TlsSettings } from "../shared/database";
import { retrying } from "../shared/retry";

/** Something about the migrations themselves is wrong; the message is for people. */
export class MigrationProblem extends Error {}

interface MigrationFile {
  name: string;
  sql: string;
  checksum: string;
}

interface Applied {
  name: string;
  checksum: string;
}

// Any constant serves, as long as nothing else in this database locks with it.
const lockKey = 7_236_401_577;

export function readMigrations(folder: string): MigrationFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

/** Applies what is missing and returns the names. Waits up to `patienceSeconds` for a database that is still starting. */
export async function migrate(
  settings: TlsSettings & { DATABASE_URL: string },
  folder: string,
  log: Log,
  patienceSeconds = 60,
): Promise<string[]> {
  const files = readMigrations(folder);
  const client = await retrying(patienceSeconds * 1000, async () => {
    const attempt = new Client({
      connectionString: withLibpqTls(settings.DATABASE_URL, settings),
      application_name: "migrate",
      connectionTimeoutMillis: 5_000,
    });
    await attempt.connect();
    return attempt;
  });
  try {
    const done: string[] = [];
    while (await applyNext(client, files, log, done));
    return done;
  } finally {
    await client.end();
  }
}

/** One transaction: lock, look, apply the first missing file. False when nothing was missing. */
async function applyNext(client: Client, files: MigrationFile[], log: Log, done: string[]): Promise<boolean> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [lockKey]);
    // From here on: rather fail than queue every reader behind us while we wait for a table lock.
    await client.query("SET LOCAL lock_timeout = '15s'");
    // A killed client is noticed while its statement runs: it must not hold the lock for another hour.
    await client.query("SET LOCAL client_connection_check_interval = '2s'");
    await client.query(
      `CREATE TABLE IF NOT EXISTS schema_migrations (
         name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const { rows } = await client.query<Applied>(
      "SELECT name, checksum FROM schema_migrations ORDER BY name",
    );
    const next = firstMissing(files, rows, log);
    if (next) {
      log.info({ migration: next.name }, "applying");
      await client.query(next.sql).catch((error: unknown) => {
        throw failed(next, error);
      });
      await client.query("INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", [
        next.name,
        next.checksum,
      ]);
    }
    await client.query("COMMIT");
    if (next) done.push(next.name);
    return next !== undefined;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollbackError: unknown) => {
      log.warn(
        { err: rollbackError },
        "the connection broke before the rollback; the server rolls back by itself",
      );
    });
    throw error;
  }
}

function firstMissing(files: MigrationFile[], applied: Applied[], log: Log): MigrationFile | undefined {
  const before = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  const changed = files.filter(({ name, checksum }) => before.has(name) && before.get(name) !== checksum);
  if (changed.length > 0)
    throw new MigrationProblem(
      `${changed.map(({ name }) => name).join(", ")}: changed since it was applied here. ` +
        "Restore the file as it was and put the change into a new migration.",
    );
  const unknown = applied.filter(({ name }) => !files.some((file) => file.name === name));
  const missing = files.filter(({ name }) => !before.has(name));
  // A rolled back release meets a database that is ahead of it: as migrations only add, that is fine.
  if (unknown.length > 0)
    log.warn(
      { ahead: unknown.map(({ name }) => name) },
      "this database is ahead of this release; leaving it as it is",
    );
  const newest = applied.filter(({ name }) => !unknown.some((one) => one.name === name)).at(-1)?.name;
  const late = missing.filter(({ name }) => newest !== undefined && name < newest);
  if (late.length > 0)
    throw new MigrationProblem(
      `${late.map(({ name }) => name).join(", ")}: comes before ${newest ?? ""}, which is applied already. ` +
        "Rename it so that it sorts last.",
    );
  return missing[0];
}

function failed(file: MigrationFile, error: unknown): MigrationProblem {
  if (!(error instanceof DatabaseError))
    return new MigrationProblem(`${file.name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  const line =
    error.position === undefined
      ? undefined
      : file.sql.slice(0, Number(error.position) - 1).split("\n").length;
  const hint =
    error.code === "55P03"
      ? " A long transaction holds the table: find it in pg_stat_activity, then run this again."
      : "";
  return new MigrationProblem(
    `${file.name}${line === undefined ? "" : `, line ${line}`}: ${error.message} (${error.code ?? "no code"}). ` +
      `Nothing of this file was applied.${hint}`,
    { cause: error },
  );
}

/** Are all the migrations this release knows applied? Asked by readiness, so that new code never meets an old schema. */
export async function isMigrated(database: Database, folder: string): Promise<boolean> {
  const names = readMigrations(folder).map(({ name }) => name);
  const [row] = await database.look<{ count: number }>(
    `SELECT count(*)::int AS count FROM schema_migrations WHERE name = ANY($1)`,
    [names],
  );
  return row?.count === names.length;
}
