/**
 * The connection budget: what every client of Postgres may open at its most, against what Postgres grants. The
 * Postgres component, the alerts on saturation and the runbook read the same numbers.
 */
import type { PartSettings, Settings } from "./settings";
import { tune } from "./tuning";

/** How far a rolling update goes beyond the most replicas: Deployments are made with this `maxSurge`. */
export const ROLLOUT_SURGE = "25%";

/** Slots only superusers may take, so that somebody can still come in and look. */
export const SUPERUSER_RESERVE = 3;
/** The instance manager, the metrics exporter and one more for `psql`. */
export const MONITORING_CONNECTIONS = 5;

export interface Demand {
  /** What asks: `parts.api`. */
  readonly path: string;
  readonly connections: number;
  /** How the number comes about: `13 pods x 20`. */
  readonly sum: string;
}
export interface Budget {
  /** What is asked of Postgres itself. */
  readonly direct: readonly Demand[];
  /** What is asked of the pooler, when there is one. */
  readonly pooled: readonly Demand[];
  readonly asked: number;
  readonly granted: number;
  readonly askedOfPooler: number;
  readonly grantedByPooler: number;
}

/** Pods of a part at the worst moment: all replicas, in the middle of an update. */
export function mostPods(part: PartSettings): number {
  const { max } = part.scale;
  // A part with a disk is recreated, never doubled: its disk can be in one pod only.
  const single = Object.values(part.volumes).some((volume) => volume.kind === "disk");
  return single ? max : max + Math.ceil((max * Number.parseInt(ROLLOUT_SURGE, 10)) / 100);
}

/** The budget of a stack; undefined when it has no Postgres. */
export function connectionBudget(settings: Settings): Budget | undefined {
  const { postgres } = settings;
  if (postgres === undefined) return undefined;
  const parts = Object.entries(settings.parts)
    .filter(([, part]) => part.needs.includes("postgres"))
    .map(([name, part]) => partDemand(name, part, postgres.pool));
  const migrations = Object.entries(settings.parts).flatMap(([name, { migrate }]) =>
    migrate === undefined
      ? []
      : [{ path: `parts.${name}.migrate`, connections: migrate.connections, sum: "migration" }],
  );
  const jobs = Object.entries(settings.jobs)
    .filter(([, job]) => settings.parts[job.part]?.needs.includes("postgres") ?? false)
    .map(([name, job]) => ({ path: `jobs.${name}`, connections: job.connections, sum: "job" }));
  const pooler = postgres.mode === "operator" ? postgres.pooler : undefined;
  const own: Demand[] =
    postgres.mode === "external"
      ? []
      : [
          { path: "monitoring", connections: MONITORING_CONNECTIONS, sum: "monitoring" },
          { path: "superuser", connections: SUPERUSER_RESERVE, sum: "superuser reserve" },
        ];
  const poolers: Demand[] =
    pooler === undefined
      ? []
      : [
          {
            path: "postgres.pooler",
            connections: pooler.instances * pooler.size,
            sum: `${pooler.instances} poolers x ${pooler.size}`,
          },
        ];
  // Migrations and jobs go past the pooler: they use session features that transaction pooling breaks.
  const direct = [...(pooler === undefined ? parts : poolers), ...migrations, ...jobs, ...own];
  const pooled = pooler === undefined ? [] : parts;
  return {
    direct,
    pooled,
    asked: total(direct),
    granted: postgres.mode === "external" ? postgres.connections : tune(postgres).maxConnections,
    askedOfPooler: total(pooled),
    grantedByPooler: pooler === undefined ? 0 : pooler.instances * pooler.clients,
  };
}

function partDemand(name: string, part: PartSettings, usual: { size: number; overflow: number }): Demand {
  const { size, overflow, processes } = part.pool ?? { ...usual, processes: 1 };
  const pods = mostPods(part);
  const each = overflow === 0 ? `${size}` : `(${size} + ${overflow})`;
  const sum = processes === 1 ? `${pods} pods x ${each}` : `${pods} pods x ${processes} processes x ${each}`;
  return { path: `parts.${name}`, connections: pods * processes * (size + overflow), sum };
}

function total(demands: readonly Demand[]): number {
  return demands.reduce((sum, { connections }) => sum + connections, 0);
}
