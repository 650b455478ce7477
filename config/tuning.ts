/** Postgres tuned from its memory. The connection budget and the database component both read it here. */
import type { OperatedPostgres } from "./settings";

const KI = 1024;
const MI = 1024 ** 2;
const GI = 1024 ** 3;

export interface Tuning {
  readonly maxConnections: number;
  /** Settings as Postgres reads them, `max_connections` included. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Connections that a memory of so many bytes carries: a backend and its caches take about 8 MiB. */
export function connectionsFor(memory: number): number {
  return Math.min(1000, Math.max(20, Math.floor(memory / (8 * MI))));
}

/** What Postgres is told. `parameters` of the stack file come over it, by whoever writes them out. */
export function tune(postgres: Pick<OperatedPostgres, "memory" | "connections">): Tuning {
  const memory = postgres.memory.value;
  const maxConnections = postgres.connections ?? connectionsFor(memory);
  const sharedBuffers = memory / 4;
  // A query may use several times work_mem, and the rest of the memory is the kernel's cache: hence the third.
  const workMem = Math.max(MI, (memory - sharedBuffers) / 3 / maxConnections);
  return {
    maxConnections,
    parameters: {
      max_connections: String(maxConnections),
      shared_buffers: inUnits(sharedBuffers),
      effective_cache_size: inUnits((memory * 3) / 4),
      maintenance_work_mem: inUnits(Math.min(2 * GI, Math.max(16 * MI, memory / 16))),
      work_mem: inUnits(Math.min(64 * MI, workMem)),
      wal_buffers: inUnits(Math.min(16 * MI, Math.max(MI, sharedBuffers / 32))),
      random_page_cost: "1.1",
      effective_io_concurrency: "200",
    },
  };
}

/** Whole kB or MB, which is what Postgres calls KiB and MiB. */
function inUnits(bytes: number): string {
  return bytes >= MI && bytes % MI === 0 ? `${bytes / MI}MB` : `${Math.floor(bytes / KI)}kB`;
}
