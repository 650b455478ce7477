/** What a database may be told: one on the cluster, or somebody else's. */
import type * as k8s from "@pulumi/kubernetes";
import type { Duration } from "../config";
import type { ClusterSpec, DatabaseSpec, ObjectStoreSpec, PoolerSpec, ScheduledBackupSpec } from "./cnpg";
import type { Transform } from "./component";
import type { CustomArgs } from "./crds";
import type { HeldSecret } from "./needs";
import type { OperatedArgs } from "./postgres-spec";
import type { Space } from "./space";

export interface OperatorPostgresArgs extends OperatedArgs {
  mode: "operator";
  space: Space;
  /** Node label whose values are the zones replicas are spread over. @default "topology.kubernetes.io/zone" */
  zoneKey?: string;
  /** Time between two readings of its metrics. @default 30s */
  interval?: Duration;
  transform?: PostgresTransforms;
}

export interface ExternalPostgresArgs {
  mode: "external";
  space: Space;
  /** Connection URL. */
  url: HeldSecret;
  /** URL of a read replica. @default - `url` */
  readUrl?: HeldSecret | undefined;
  /** URL past the vendor's pooler, for migrations. @default - `url` */
  directUrl?: HeldSecret | undefined;
  /** CA of its certificate, when not a public one. */
  ca?: HeldSecret | undefined;
  /** How its certificate is checked by clients that read PGSSLMODE. */
  tls: "verify-full" | "require";
  /** Ranges its servers are in. */
  addresses: readonly string[];
  port: number;
  transform?: PostgresTransforms;
}

export type PostgresArgs = OperatorPostgresArgs | ExternalPostgresArgs;

export interface PostgresTransforms {
  cluster?: Transform<CustomArgs<ClusterSpec>>;
  database?: Transform<CustomArgs<DatabaseSpec>>;
  /** Both poolers. */
  pooler?: Transform<CustomArgs<PoolerSpec>>;
  store?: Transform<CustomArgs<ObjectStoreSpec>>;
  schedule?: Transform<CustomArgs<ScheduledBackupSpec>>;
  urls?: Transform<k8s.core.v1.SecretArgs>;
  queries?: Transform<k8s.core.v1.ConfigMapArgs>;
  network?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
}
