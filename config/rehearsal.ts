/** A rehearsed restore as plain data: what the command and the cluster's own job are told alike. */
import type { Drill, OperatedPostgres } from "./settings";
import { formatCpu } from "./units";

export interface Rehearsal {
  stack: string;
  /** Where the product lives, and where its throwaway database does. */
  namespace: string;
  home: string;
  /** The database whose backups are tried, by the name it archives under. */
  live: string;
  database: string;
  owner: string;
  /** What the throwaway's Cluster says beside how it begins. */
  spec: Spec;
  labels: Record<string, string>;
  checks: Drill["checks"];
  amcheck: boolean;
  /** Milliseconds a restore may take. */
  within: number;
}

type Spec = Record<string, unknown> & { instances: number };

/** Thousandths of the one core that a rehearsal costs. Fetching and replaying take turns: neither needs all of it. */
export const SHARES = { database: 500, fetching: 400, program: 100 } as const;
/** Who asks the throwaway database in the cluster: a role of its own, whose password is made anew each time. */
export const KEEPER = { role: "slipway_drill", secret: "drill-keeper" } as const;
/** Memory of what fetches backups beside the database. */
export const FETCHING_MEMORY = "512Mi";
/** What is remembered of rehearsals, in the product's namespace. */
export const DRILL_LEASE = "slipway-drill";
/**
 * The throwaway database, and the bucket's keys beside it: always called the same, so that the next run finds them. The
 * operator gives each database an account and a role of its name: nobody else's there may be called so.
 */
export const THROWAWAY = "throwaway";
export const BUCKET_KEYS = "drill-bucket";

/** Where the cluster's own job rehearses; the command has a namespace of its own, which is gone afterwards. */
export const rehearsalHome = (namespace: string): string => `${namespace}-drill`;

/** One instance that archives nowhere, on its share of a core. */
export function throwaway(
  spec: Readonly<Record<string, unknown>>,
  { cpu, memory, drill }: Pick<OperatedPostgres, "cpu" | "memory" | "drill">,
): Spec {
  const size = { cpu: formatCpu(Math.min(SHARES.database, cpu.value)), memory: memory.text };
  const left = [
    "plugins",
    "monitoring",
    "priorityClassName",
    "postgresql",
    "topologySpreadConstraints",
    "inheritedMetadata",
    "imagePullSecrets",
  ];
  const { parameters = {} } = (spec.postgresql ?? {}) as { parameters?: Record<string, string> };
  const disk = drill?.storage;
  return {
    ...Object.fromEntries(Object.entries(spec).filter(([key]) => !left.includes(key))),
    enablePDB: false,
    instances: 1,
    postgresql: { parameters },
    resources: { limits: size, requests: { ...size, cpu: "100m" } },
    storage: { ...(spec.storage as object), ...(disk === undefined ? {} : { size: disk.text }) },
  };
}
