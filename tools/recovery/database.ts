/** A stack's database as the commands of recovery see it: its names, what of it is on the cluster, its backups. */
import type { OperatedPostgres, Settings } from "../../config";
import { BARMAN } from "../../config/recovery";
import { Failure } from "../../toolchain/lib/failure";
import type { Api, Kube, KubeObject } from "../release/kube";

/** Kinds by their full names: others have a "cluster" and a "backup" too. */
export const KIND = {
  backup: "backups.postgresql.cnpg.io",
  cluster: "clusters.postgresql.cnpg.io",
  database: "databases.postgresql.cnpg.io",
  store: "objectstores.barmancloud.cnpg.io",
} as const;

/** What every database of ours is called until it is restored, and its bucket's settings always. */
export const FIRST = "postgres";
export const STORE = "postgres";
export const LOGIN = "postgres-login";

export interface Cluster extends KubeObject {
  spec: Record<string, unknown> & { instances: number };
  status?: {
    currentPrimary?: string;
    readyInstances?: number;
    phase?: string;
    conditions?: { type: string; status: string; message?: string }[];
  };
}

export interface BackupObject extends KubeObject {
  spec: { cluster: { name: string } };
  status?: {
    phase?: string;
    backupId?: string;
    startedAt?: string;
    stoppedAt?: string;
    error?: string;
  };
}

interface Window {
  firstRecoverabilityPoint?: string;
  lastSuccessfulBackupTime?: string;
  lastFailedBackupTime?: string;
}
export interface Store extends KubeObject {
  spec: {
    configuration: {
      destinationPath: string;
      endpointURL?: string;
      s3Credentials?: Record<string, { name: string; key: string }>;
    };
    instanceSidecarConfiguration?: object;
  };
  status?: { serverRecoveryWindow?: Record<string, Window> };
}

export type Backed = OperatedPostgres & { readonly backup: NonNullable<OperatedPostgres["backup"]> };

/** The database of a stack with backups; what else there may be has none that we could use. */
export function backed({ postgres }: Pick<Settings, "postgres">, stack: string): Backed {
  if (postgres === undefined) throw new Failure(`${stack} has no database`, { next: "declare postgres: {}" });
  if (postgres.mode === "external") {
    throw new Failure(`the database of ${stack} is somebody else's (mode: external)`, {
      details: ["Its vendor takes its backups and restores them."],
      next: "look there; afterwards put the new URL into the stack's secret and deploy",
    });
  }
  const { backup } = postgres;
  if (backup === undefined) {
    throw new Failure(`the database of ${stack} is not backed up`, {
      next: "declare postgres.backup: {bucket: ...} and deploy",
    });
  }
  return { ...postgres, backup };
}

/** The name of the database that is live. */
export const liveName = ({ restored }: Pick<OperatedPostgres, "restored">): string => restored?.name ?? FIRST;

/** The backups of a database, the newest first. */
export async function backupsOf(kube: Api, namespace: string, cluster: string): Promise<BackupObject[]> {
  const all = await kube.list<BackupObject>(KIND.backup, namespace);
  return all.filter(({ spec }) => spec.cluster.name === cluster).sort((a, b) => when(b) - when(a));
}

const when = ({ status, metadata }: BackupObject) =>
  Date.parse(status?.stoppedAt ?? metadata.creationTimestamp ?? "");

export const isDone = ({ status }: BackupObject) =>
  status?.phase === "completed" && status.backupId !== undefined && status.stoppedAt !== undefined;

/** A Backup to be made now. */
export const backupNow = (name: string, namespace: string, cluster: string) => ({
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Backup",
  metadata: { name, namespace },
  spec: { cluster: { name: cluster }, method: "plugin", pluginConfiguration: { name: BARMAN } },
});

/** `20261121-153000`, for names. */
export const stamp = (at: number): string =>
  new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");

/** One value of SQL, asked of a pod of a database as its superuser; unaligned, without headings. */
export async function sql(
  kube: Kube,
  namespace: string,
  pod: string,
  database: string,
  text: string,
): Promise<string> {
  const words = psql(namespace, pod, database);
  const { stdout } = await kube.ask(`asking ${pod}`, words, { input: text });
  return stdout.trim();
}

/** What kubectl is told to have psql in a pod of a database read its standard input. */
export function psql(
  namespace: string,
  pod: string,
  database: string,
  flags: readonly string[] = [],
): string[] {
  const words = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"];
  const inside = ["exec", "-i", "-n", namespace, pod, "-c", "postgres", "--"];
  return [...inside, ...words, ...flags, "--dbname", database];
}
