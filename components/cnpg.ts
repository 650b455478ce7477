/** CloudNativePG's kinds and those of its Barman Cloud plugin. */
import { customResource } from "./crds";
import type { ClusterSpec } from "./kinds/cluster";
import type { DatabaseSpec } from "./kinds/database";
import type { ObjectStoreSpec } from "./kinds/object-store";
import type { PoolerSpec } from "./kinds/pooler";
import type { ScheduledBackupSpec } from "./kinds/scheduled-backup";

export type { ClusterSpec, DatabaseSpec, ObjectStoreSpec, PoolerSpec, ScheduledBackupSpec };

const API = "postgresql.cnpg.io/v1";
export const Cluster = customResource<ClusterSpec>(API, "Cluster");
export const Database = customResource<DatabaseSpec>(API, "Database");
export const Pooler = customResource<PoolerSpec>(API, "Pooler");
export const ScheduledBackup = customResource<ScheduledBackupSpec>(API, "ScheduledBackup");

export const ObjectStore = customResource<ObjectStoreSpec>("barmancloud.cnpg.io/v1", "ObjectStore");
