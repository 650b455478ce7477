/** The database's settings in CloudNativePG's words: pure functions from what a stack says. */
import {
  BARMAN,
  type Bytes,
  type Cpu,
  emptyOf,
  formatBytes,
  formatCpu,
  type Origin,
  postgresImage,
  recoveryOf,
  tune,
} from "../config";
import type { BackupArgs } from "./backups";
import type { ClusterSpec, DatabaseSpec, PoolerSpec, ScheduledBackupSpec } from "./cnpg";
import type { Labels } from "./labels";
import { seconds, spread } from "./pod";
import { QUERIES_KEY } from "./postgres-watch";

const MI = 1024 ** 2;

/** What a database of ours is like. Sizes and defaults are the schema's. */
export interface OperatedArgs {
  /** Major version of Postgres. */
  readonly version: number;
  /** @default - the operator's image of `version`, with pgvector */
  readonly image?: { readonly text: string } | undefined;
  /** Primary and replicas. */
  readonly instances: number;
  /** Disk of each instance. */
  readonly storage: Bytes;
  /** A disk of its own for the write-ahead log. */
  readonly wal?: Bytes | undefined;
  /** Storage class. @default - the cluster's */
  readonly class?: string | undefined;
  readonly cpu: Cpu;
  /** Buffers and connections are tuned from it. */
  readonly memory: Bytes;
  /** max_connections. @default - tuned from `memory` */
  readonly connections?: number | undefined;
  /** Extensions to create, beside pg_stat_statements. */
  readonly extensions: readonly string[];
  /** Settings over the tuned ones. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Replicas that must have a transaction before it is acknowledged. */
  readonly synchronous?:
    { readonly replicas: number; readonly durability: "required" | "preferred" } | undefined;
  readonly pooler?:
    | {
        readonly mode: "transaction" | "session";
        readonly instances: number;
        /** Connections each pooler opens to Postgres. */
        readonly size: number;
        /** Connections each pooler accepts. */
        readonly clients: number;
        /** A second pooler for read-only connections. */
        readonly reads: boolean;
      }
    | undefined;
  readonly backup?: BackupArgs | undefined;
  /** The database that is live since a restore, and what it began with. @default - the first, which began empty */
  readonly restored?: (Origin & { readonly name: string }) | undefined;
  readonly database: string;
  readonly owner: string;
}

/** Queries are counted in every database: the slow ones are what everyone asks for first. */
const ALWAYS_EXTENSIONS = ["pg_stat_statements"];

export interface ClusterNames {
  readonly cluster: string;
  readonly namespace: string;
  /** Secret of the owner's login. */
  readonly login: string;
  /** Services of the poolers, whose names the server's certificate must hold. */
  readonly poolers: readonly string[];
  readonly objectStore: string | undefined;
  readonly priorityClass: string;
  readonly pullSecret: string | undefined;
  /** ConfigMap of further metrics. */
  readonly queries: string | undefined;
  readonly zoneKey: string;
}

export function clusterSpec(args: OperatedArgs, names: ClusterNames, labels: Labels): ClusterSpec {
  const resources = { cpu: formatCpu(args.cpu.value), memory: formatBytes(args.memory.value) };
  const several = args.instances > 1;
  return {
    affinity: {
      enablePodAntiAffinity: true,
      podAntiAffinityType: "preferred",
      topologyKey: "kubernetes.io/hostname",
    },
    ...beginning(args, names),
    certificates: {
      serverAltDNSNames: names.poolers.flatMap((pooler) => hostNames(pooler, names.namespace)),
    },
    description: `The database ${args.database}`,
    // One instance with a budget could never leave its node.
    enablePDB: several,
    enableSuperuserAccess: false,
    imageName: args.image?.text ?? postgresImage(args.version),
    ...(names.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: names.pullSecret }] }),
    inheritedMetadata: { labels },
    instances: args.instances,
    ...(names.queries === undefined
      ? {}
      : { monitoring: { customQueriesConfigMap: [{ key: QUERIES_KEY, name: names.queries }] } }),
    ...(args.backup === undefined || names.objectStore === undefined ? {} : plugin(args.backup, names)),
    postgresql: {
      parameters: parameters(args),
      ...(args.synchronous === undefined
        ? {}
        : {
            synchronous: {
              dataDurability: args.synchronous.durability,
              method: "any",
              number: args.synchronous.replicas,
            },
          }),
    },
    // A replica waits so long for the lease of a primary that is gone without a word. One that only loses its way to the API for
    // longer goes on: nobody asks for its lease unless the operator says so.
    ...(several
      ? { primaryLease: { leaseDurationSeconds: 3, renewDeadlineSeconds: 2, retryPeriodSeconds: 1 } }
      : {}),
    // A switchover keeps an update down to seconds; alone there is nobody to switch to.
    primaryUpdateMethod: several ? "switchover" : "restart",
    primaryUpdateStrategy: "unsupervised",
    priorityClassName: names.priorityClass,
    // Reserved and limit are the same: the database is the last to be evicted.
    resources: { limits: resources, requests: resources },
    seccompProfile: { type: "RuntimeDefault" },
    // The operator's usual patience (half an hour to stop, an hour to switch over) is longer than any promise of ours.
    smartShutdownTimeout: 15,
    stopDelay: 120,
    storage: disk(args.storage, args.class),
    switchoverDelay: 60,
    topologySpreadConstraints: [
      {
        labelSelector: { matchLabels: { "cnpg.io/cluster": names.cluster } },
        maxSkew: 1,
        topologyKey: names.zoneKey,
        whenUnsatisfiable: "ScheduleAnyway",
      },
    ],
    ...(args.wal === undefined ? {} : { walStorage: disk(args.wal, args.class) }),
  };
}

/** Empty, or with what a bucket holds. Of another stack's it holds nothing here: that was read once, by the command. */
function beginning(
  { database, owner, restored }: OperatedArgs,
  { login, objectStore }: ClusterNames,
): Pick<ClusterSpec, "bootstrap" | "externalClusters"> {
  if (restored === undefined || restored.of !== undefined) return emptyOf({ database, login, owner });
  if (objectStore === undefined) throw new Error("a database cannot begin with backups that nobody takes");
  return recoveryOf(restored, { database, login, owner, store: objectStore });
}

/** Tuned, then fitted to the disk, then as the stack says. */
function parameters(args: OperatedArgs): Record<string, string> {
  const room = (args.wal ?? args.storage).value;
  const megabytes = (share: number, least: number, most: number) =>
    `${Math.floor(Math.min(most, Math.max(least, room * share)) / MI)}MB`;
  return {
    ...tune(args).parameters,
    checkpoint_completion_target: "0.9",
    // A tenth of the disk between two checkpoints, within what is usual.
    max_wal_size: megabytes(0.1, 128 * MI, 8192 * MI),
    min_wal_size: megabytes(0.025, 80 * MI, 1024 * MI),
    wal_keep_size: megabytes(0.05, 64 * MI, 2048 * MI),
    // A replica that is gone must not fill the primary's disk.
    max_slot_wal_keep_size: megabytes(0.25, 256 * MI, 65_536 * MI),
    log_checkpoints: "on",
    log_lock_waits: "on",
    log_min_duration_statement: "1s",
    log_temp_files: "10MB",
    idle_in_transaction_session_timeout: "5min",
    "pg_stat_statements.max": "5000",
    "pg_stat_statements.track": "all",
    ...(args.backup === undefined ? {} : { archive_timeout: `${seconds(args.backup.wal)}s` }),
    // How long replicas wait for a primary that is gone, and to ask the next one: so long, what must be replicated is not written.
    ...(args.instances > 1 ? { wal_receiver_timeout: "3s", wal_retrieve_retry_interval: "1s" } : {}),
    ...args.parameters,
  };
}

function plugin(
  backup: BackupArgs,
  names: ClusterNames,
): Pick<ClusterSpec, "plugins" | "serviceAccountTemplate"> {
  return {
    plugins: [
      {
        isWALArchiver: true,
        name: BARMAN,
        parameters: { barmanObjectName: names.objectStore ?? "", serverName: names.cluster },
      },
    ],
    ...(backup.identity === undefined
      ? {}
      : { serviceAccountTemplate: { metadata: { annotations: { ...backup.identity } } } }),
  };
}

function disk(size: Bytes, storageClass: string | undefined): ClusterSpec["storage"] {
  return {
    resizeInUseVolumes: true,
    size: size.text,
    ...(storageClass === undefined ? {} : { storageClass }),
  };
}

/** All names a Service can be called by in the cluster. */
function hostNames(service: string, namespace: string): string[] {
  return ["", `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`].map(
    (end) => service + end,
  );
}

/** The database within the cluster, which outlives this object. */
export function databaseSpec({ database, extensions, owner }: OperatedArgs, cluster: string): DatabaseSpec {
  return {
    cluster: { name: cluster },
    databaseReclaimPolicy: "retain",
    extensions: [...new Set([...ALWAYS_EXTENSIONS, ...extensions])].map((extension) => ({
      ensure: "present",
      name: extension,
    })),
    name: database,
    owner,
  };
}

export function scheduleSpec({ every }: BackupArgs, cluster: string): ScheduledBackupSpec {
  return {
    // Backups outlive the schedule: deleting it must not delete them.
    backupOwnerReference: "none",
    cluster: { name: cluster },
    immediate: true,
    method: "plugin",
    pluginConfiguration: { name: BARMAN },
    // The operator's schedules begin with seconds.
    schedule: `0 ${every.cron}`,
    target: "prefer-standby",
  };
}

/** PgBouncer as a Deployment the operator runs: it fills in images, security contexts and probes of its own. */
export function poolerSpec(
  pooler: NonNullable<OperatedArgs["pooler"]>,
  type: "rw" | "ro",
  names: { readonly cluster: string; readonly pooler: string; readonly pullSecret: string | undefined },
  labels: Labels,
): PoolerSpec {
  return {
    cluster: { name: names.cluster },
    deploymentStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }, type: "RollingUpdate" },
    instances: pooler.instances,
    pgbouncer: {
      parameters: {
        default_pool_size: String(pooler.size),
        max_client_conn: String(pooler.clients),
        // Drivers prepare statements without asking; without this, transaction pooling would break them.
        max_prepared_statements: "200",
        server_idle_timeout: "300",
        // PgBouncer's usual patience with a server that is gone, 15 s each, would be longer than a failover.
        server_connect_timeout: "3",
        server_login_retry: "1",
      },
      poolMode: pooler.mode,
    },
    template: {
      metadata: { labels },
      spec: {
        containers: [{ name: "pgbouncer", resources: small("500m", "128Mi") }],
        enableServiceLinks: false,
        initContainers: [{ name: "bootstrap-controller", resources: small("500m", "128Mi") }],
        ...(names.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: names.pullSecret }] }),
        terminationGracePeriodSeconds: 60,
        topologySpreadConstraints: spread({ "cnpg.io/poolerName": names.pooler }),
      },
    },
    type,
  };
}

/** A twentieth of a core reserved; memory reserved whole. */
function small(cpu: string, memory: string): ClusterSpec["resources"] {
  return { limits: { cpu, memory }, requests: { cpu: "25m", memory } };
}
