/** What a part may be told, and what it does when not told. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Completed, type Duration, partDefaults, type PartSettings, withDefaults } from "../config";
import type { Transform } from "./component";
import type { MigrationArgs } from "./migration";
import type { Asked, HeldSecret, Needed } from "./needs";
import type { Place } from "./network";
import type { Resources } from "./pod";
import type { Health } from "./probes";
import type { ScaleArgs } from "./scaling";
import type { Space } from "./space";
import type { VolumeArgs } from "./workload";

/** What api, web and worker have in common. */
export interface PartArgs extends Partial<Resources> {
  /** Where it runs. */
  space: Space;
  /** Image, with its digest where it must never change under its name. */
  image: pulumi.Input<string>;
  /** Replaces the image's entry point. @default - the image's */
  command?: readonly string[] | undefined;
  /** Replaces the image's arguments. @default - the image's */
  args?: readonly string[] | undefined;
  /** What it connects to: stores and other parts. Opens the network for exactly that. @default [] */
  needs?: readonly Needed[];
  /** Further places it may connect to. @default [] */
  egress?: readonly Place[];
  /** Who else may connect to it, and where: the gateway, a neighbour. @default [] */
  ingress?: readonly Place[];
  /** Plain environment variables. @default {} */
  env?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Variables from what it needs, under names of its own: `{ DB_HOST: { need: "postgres", fact: "host" } }`. @default {} */
  from?: Asked;
  /** Secrets by the name of the variable that holds them. @default {} */
  secrets?: Readonly<Record<string, HeldSecret>>;
  /** @default 2 replicas, no scaling */
  scale?: ScaleArgs;
  /** The part's own metrics. @default - none */
  metrics?:
    { readonly path: string; readonly port?: number | undefined; readonly interval: Duration } | undefined;
  /** Comes before each new version. @default - no migration */
  migrate?: Pick<MigrationArgs, "command" | "timeout"> | undefined;
  /** What must be done before its pods change: other parts' migrations. @default [] */
  after?: readonly pulumi.Resource[];
  /** Places it may write to; all else but /tmp is read-only. @default {} */
  volumes?: Readonly<Record<string, VolumeArgs>>;
  /** User and group its processes run as; never root. @default 65532 */
  user?: number;
  /** Time a stopping replica has to finish its work. @default 30s */
  grace?: Duration;
  /** Time a stopping replica keeps answering while traffic moves away. @default 5s */
  drain?: Duration;
  /** Time a new version has to become ready before the update has failed. @default 5m */
  deadline?: Duration;
  /** Architectures its image is built for. @default - any node */
  architectures?: readonly string[] | undefined;
  /** Who goes first when a node runs short. @default "normal" */
  priority?: "high" | "normal" | "low";
  /** Storage class of its volumes that keep data. @default - the cluster's */
  storageClass?: string | undefined;
  transform?: PartTransforms;
}

export interface PartTransforms {
  account?: Transform<k8s.core.v1.ServiceAccountArgs>;
  secret?: Transform<k8s.core.v1.SecretArgs>;
  deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
  service?: Transform<k8s.core.v1.ServiceArgs>;
  autoscaler?: Transform<k8s.autoscaling.v2.HorizontalPodAutoscalerArgs>;
  disruption?: Transform<k8s.policy.v1.PodDisruptionBudgetArgs>;
  /** Each volume that keeps its data. */
  volume?: Transform<k8s.core.v1.PersistentVolumeClaimArgs>;
  /** Its own policy: what it may reach and be reached by. */
  network?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
  /** The other end's consent to each need. */
  consent?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
  migration?: Transform<k8s.batch.v1.JobArgs>;
}

/** What parts that listen and parts that do not say differently. */
export interface Listening {
  port?: number;
  health?: Health | undefined;
}

/** A part's arguments with nothing left open. */
export type CompletePart = Completed<PartArgs & Listening, ReturnType<typeof usual>>;

/** What was said, over the schema's defaults. */
export function complete(kind: "Api" | "Web" | "Worker", given: PartArgs & Listening): CompletePart {
  const defaults = partDefaults(kind.toLowerCase() as Lowercase<typeof kind>);
  const said = { ...given, health: given.health ?? defaults.health };
  return withDefaults<PartArgs & Listening, ReturnType<typeof usual>>(said, usual(defaults));
}

function usual({ cpu, memory, scale, user, grace, drain, deadline, priority }: PartSettings) {
  const nothing = {
    after: [],
    egress: [],
    env: {},
    from: {},
    ingress: [],
    needs: [],
    secrets: {},
    volumes: {},
  };
  return { ...nothing, cpu, deadline, drain, grace, memory, priority, scale, user };
}
