/** Postgres: one pool for writing, one for reading where a replica is given, TLS as libpq means it, retries across a failover. */
import { Pool, type QueryResultRow } from "pg";
import type { Log } from "./log";
import { retrying } from "./retry";

/** TLS as libpq's variables say it; what the URL says goes first. */
export interface TlsSettings {
  PGSSLMODE?: string | undefined;
  PGSSLROOTCERT?: string | undefined;
}

export interface DatabaseSettings extends TlsSettings {
  DATABASE_URL: string;
  DATABASE_READ_URL?: string | undefined;
  DATABASE_POOL_SIZE: number;
}

/**
 * The driver reads `sslmode=require` as "verify everything"; libpq, and so every document about Postgres, reads it
 * as "encrypt". Asking for libpq's meaning makes one URL work for every client; `verify-full` still verifies.
 */
export function withLibpqTls(url: string, tls: TlsSettings): string {
  const parsed = new URL(url);
  const asked = parsed.searchParams;
  const mode =
    asked.get("sslmode") ?? tls.PGSSLMODE ?? (tls.PGSSLROOTCERT === undefined ? "disable" : "verify-full");
  asked.set("sslmode", mode);
  if (mode !== "disable") {
    asked.set("uselibpqcompat", "true");
    if (tls.PGSSLROOTCERT !== undefined && !asked.has("sslrootcert"))
      asked.set("sslrootcert", tls.PGSSLROOTCERT);
  }
  return parsed.href;
}

/** How long a query may wait for a failover before its caller is told. */
const patience = 8_000;

export class Database {
  private readonly writer: Pool;
  private readonly reader: Pool;

  constructor(settings: DatabaseSettings, service: string, log: Log) {
    const open = (url: string) => {
      const pool = new Pool({
        connectionString: withLibpqTls(url, settings),
        application_name: service,
        max: settings.DATABASE_POOL_SIZE,
        connectionTimeoutMillis: 3_000,
        idleTimeoutMillis: 30_000,
        // The client's clock, not the server's: a transaction pooler refuses statement_timeout at connection time.
        query_timeout: 5_000,
        keepAlive: true,
      });
      pool.on("error", (error) =>
        log.warn({ err: error }, "an idle Postgres connection broke; a new one will be opened"),
      );
      return pool;
    };
    this.writer = open(settings.DATABASE_URL);
    this.reader = settings.DATABASE_READ_URL === undefined ? this.writer : open(settings.DATABASE_READ_URL);
  }

  /** One statement, idempotent by the caller's promise: it is run again when the connection breaks. */
  async query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return retrying(patience, async () => (await this.writer.query<Row>(text, values)).rows);
  }

  /** For numbers that may lag behind by a replica's delay. */
  async queryReplica<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return retrying(patience, async () => (await this.reader.query<Row>(text, values)).rows);
  }

  /** One look, without patience: for probes and scrapes, whose question is what is there now. */
  async look<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.writer.query<Row>(text, values)).rows;
  }

  async close(): Promise<void> {
    await this.writer.end();
    if (this.reader !== this.writer) await this.reader.end();
  }
}
