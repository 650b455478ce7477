/** CloudNativePG's kinds and those of its Barman Cloud plugin, as far as Slipway sets them. */
import type * as k8s from "@pulumi/kubernetes";
import { customResource } from "./crds";

interface Reference {
  name: string;
}
interface KeyOf extends Reference {
  key: string;
}

export interface ClusterSpec {
  description: string;
  imageName: string;
  imagePullSecrets?: Reference[];
  instances: number;
  primaryUpdateMethod: "switchover" | "restart";
  primaryUpdateStrategy: "unsupervised";
  enablePDB: boolean;
  enableSuperuserAccess: boolean;
  priorityClassName: string;
  seccompProfile: { type: string };
  smartShutdownTimeout: number;
  stopDelay: number;
  switchoverDelay: number;
  storage: Disk;
  walStorage?: Disk;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  affinity: { enablePodAntiAffinity: boolean; podAntiAffinityType: string; topologyKey: string };
  topologySpreadConstraints: k8s.types.input.core.v1.TopologySpreadConstraint[];
  bootstrap: {
    initdb: {
      database: string;
      owner: string;
      secret: Reference;
      dataChecksums: boolean;
      encoding: string;
    };
  };
  certificates: { serverAltDNSNames: string[] };
  inheritedMetadata: { labels: Record<string, string> };
  postgresql: {
    parameters: Record<string, string>;
    synchronous?: { method: string; number: number; dataDurability: string };
  };
  monitoring?: { customQueriesConfigMap: KeyOf[] };
  plugins?: { name: string; isWALArchiver: boolean; parameters: Record<string, string> }[];
  serviceAccountTemplate?: { metadata: { annotations: Record<string, string> } };
}
interface Disk {
  size: string;
  storageClass?: string;
  resizeInUseVolumes: boolean;
}
export const Cluster = customResource<ClusterSpec>("postgresql.cnpg.io/v1", "Cluster");

export interface DatabaseSpec {
  cluster: Reference;
  name: string;
  owner: string;
  databaseReclaimPolicy: "retain" | "delete";
  extensions: { name: string; ensure: "present" | "absent" }[];
}
export const Database = customResource<DatabaseSpec>("postgresql.cnpg.io/v1", "Database");

export interface PoolerSpec {
  cluster: Reference;
  instances: number;
  type: "rw" | "ro" | "r";
  deploymentStrategy: k8s.types.input.apps.v1.DeploymentStrategy;
  pgbouncer: { poolMode: "transaction" | "session"; parameters: Record<string, string> };
  template: {
    metadata: { labels: Record<string, string> };
    spec: k8s.types.input.core.v1.PodSpec;
  };
}
export const Pooler = customResource<PoolerSpec>("postgresql.cnpg.io/v1", "Pooler");

export interface ScheduledBackupSpec {
  cluster: Reference;
  schedule: string;
  immediate: boolean;
  method: "plugin";
  pluginConfiguration: Reference;
  backupOwnerReference: "none" | "self" | "cluster";
  target: "primary" | "prefer-standby";
}
export const ScheduledBackup = customResource<ScheduledBackupSpec>(
  "postgresql.cnpg.io/v1",
  "ScheduledBackup",
);

/** The plugin that archives to object stores; the operator's own way goes in 1.31. */
export const BARMAN = "barman-cloud.cloudnative-pg.io";

export interface ObjectStoreSpec {
  configuration: {
    destinationPath: string;
    endpointURL?: string;
    s3Credentials?: {
      accessKeyId?: KeyOf;
      secretAccessKey?: KeyOf;
      region?: KeyOf;
      inheritFromIAMRole?: boolean;
    };
    googleCredentials?: { applicationCredentials?: KeyOf; gkeEnvironment?: boolean };
    azureCredentials?: { storageAccount?: KeyOf; storageKey?: KeyOf; useDefaultAzureCredentials?: boolean };
    wal: { compression?: string; encryption?: string; maxParallel: number };
    data: { compression?: string; encryption?: string; jobs: number; immediateCheckpoint: boolean };
  };
  retentionPolicy: string;
  instanceSidecarConfiguration: {
    env: { name: string; value: string }[];
    resources: { requests: Record<string, string>; limits: Record<string, string> };
  };
}
export const ObjectStore = customResource<ObjectStoreSpec>("barmancloud.cnpg.io/v1", "ObjectStore");
