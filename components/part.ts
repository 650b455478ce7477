/** A part of a product: one program in as many replicas as wanted. The common half of Api, Web and Worker. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ROLLOUT_SURGE } from "../config";
import { Migration } from "./migration";
import { endpoint, PodMonitor, podMonitorSpec, ServiceMonitor, serviceMonitorSpec } from "./monitors";
import { type Connection, connected, type Needed, type SecretKey } from "./needs";
import { allow, type Place } from "./network";
import { complete, type CompletePart, type Listening, type PartArgs, type PartTransforms } from "./part-args";
import { seconds, spread, together } from "./pod";
import { probes } from "./probes";
import { Resident, type ResidentOptions } from "./resident";
import {
  autoscalerSpec,
  KEDA_NAMESPACE,
  ownerOf,
  queueScalerSpec,
  ScaledObject,
  TriggerAuthentication,
} from "./scaling";
import { HTTP, httpService, SERVICE_PORT } from "./service";
import { claimSpec, keepsData, podTemplate, type Workload } from "./workload";

const METRICS = "metrics";
const HEALTH = "health";

export abstract class Part extends Resident<PartTransforms> implements Needed {
  /** What a part that needs this one gets: `API_URL`. */
  readonly connection: Connection;
  /** The Deployment's name. */
  readonly deployment: pulumi.Output<string>;
  /** The Service's name; nothing for a part that does not listen. */
  readonly service: pulumi.Output<string> | undefined;
  /** Its migration, where it has one: done when this is. */
  readonly migrations: readonly pulumi.Resource[];
  /** Port its pods listen on. */
  readonly port: number | undefined;

  protected constructor(
    kind: "Api" | "Web" | "Worker",
    name: string,
    given: PartArgs & Listening,
    opts?: ResidentOptions,
  ) {
    super(kind, name, given.space, given.transform, opts);
    const args = complete(kind, given);
    this.port = args.port;
    const connections = args.needs.map((need) => need.connection);

    const account = this.#createAccount();
    const secrets = this.holdSecrets("secret", args.secrets);
    const ways = this.openNetwork(this.#reachedFrom(args), connections, args.egress);
    const work: Workload = {
      ...args,
      ...connected(connections, { env: args.env, from: args.from, secrets }),
      claims: this.#createVolumes(args),
      name,
      priorityClass: args.priority === "normal" ? undefined : this.space.priorityClass(args.priority),
      pullSecret: this.space.pullSecret,
      serviceAccount: account,
      stopWithin: together(args.drain, args.grace),
    };
    this.migrations = this.#createMigration(args, secrets);
    const stores = connections.flatMap(({ after }) => after);
    const deployment = this.#createDeployment(args, work, [
      ...this.space.ready,
      ...ways,
      ...stores,
      ...args.after,
      ...this.migrations,
    ]);
    this.deployment = deployment.metadata.name;
    this.service = this.#createService();
    this.#createScaling(args);
    this.#createDisruption(args);
    this.#createMonitor(args);

    this.connection = {
      after: [],
      at: this.port === undefined ? [] : [{ pods: this.selector, ports: [this.port] }],
      env:
        this.service === undefined
          ? {}
          : { [`${envName(name)}_URL`]: pulumi.interpolate`http://${this.service}` },
      facts:
        this.service === undefined
          ? {}
          : {
              host: this.service,
              port: String(SERVICE_PORT),
              url: pulumi.interpolate`http://${this.service}`,
            },
      files: [],
      secrets: {},
      to: name,
    };
    this.finish({ deployment: this.deployment, service: this.service });
  }

  #createAccount(): pulumi.Output<string> {
    const account = this.child("account", k8s.core.v1.ServiceAccount, {
      automountServiceAccountToken: false,
      metadata: this.meta("ServiceAccount"),
    });
    return account.metadata.name;
  }

  #reachedFrom({ ingress, metrics }: CompletePart): Place[] {
    const port = metrics?.port ?? this.port;
    const namespace = this.space.monitoring;
    if (metrics === undefined || port === undefined || namespace === undefined) return [...ingress];
    return [...ingress, { namespace, ports: [port] }];
  }

  #createVolumes({ volumes, storageClass }: CompletePart): Record<string, pulumi.Output<string>> {
    const kept = Object.entries(volumes).filter(([, volume]) => keepsData(volume));
    return Object.fromEntries(
      kept.map(([name, volume]) => {
        const claim = this.child(
          `volume-${name}`,
          k8s.core.v1.PersistentVolumeClaim,
          {
            metadata: this.meta("PersistentVolumeClaim", name),
            spec: claimSpec(volume, storageClass),
          },
          { protect: this.space.protect },
          "volume",
        );
        return [name, claim.metadata.name];
      }),
    );
  }

  #createMigration(args: CompletePart, secrets: Record<string, SecretKey>): pulumi.Resource[] {
    if (args.migrate === undefined) return [];
    const { command, timeout } = args.migrate;
    const migration = new Migration(
      `${this.short}-migration`,
      { ...args, command, secrets, timeout, transform: { job: args.transform?.migration } },
      { parent: this },
    );
    return [migration.job];
  }

  #createDeployment(
    args: CompletePart,
    work: Workload,
    dependsOn: pulumi.Resource[],
  ): k8s.apps.v1.Deployment {
    const { drain, deadline, scale } = args;
    const alone = Object.values(args.volumes).some(({ kind }) => kind === "disk");
    if (alone && scale.max > 1) {
      throw new Error(`${this.called}: a volume of kind disk is one pod's; make it shared, or scale.max 1`);
    }
    const ports = this.#ports(args);
    const template = podTemplate(
      {
        ...work,
        container: {
          ...(args.health === undefined ? {} : probes(args.health, this.#probed(args))),
          // Endpoints take a moment to be forgotten everywhere: keep answering until they are.
          ...(drain.value > 0 ? { lifecycle: { preStop: { sleep: { seconds: seconds(drain) } } } } : {}),
          ...(ports.length > 0 ? { ports } : {}),
        },
        pod: { topologySpreadConstraints: spread(this.selector) },
      },
      this.labels,
    );
    return this.child(
      "deployment",
      k8s.apps.v1.Deployment,
      {
        metadata: this.meta("Deployment"),
        spec: {
          progressDeadlineSeconds: seconds(deadline),
          // One owner: with an autoscaler the number is not ours to say, and server-side apply would fight over it.
          ...(ownerOf(scale) === "deployment" ? { replicas: scale.min } : {}),
          revisionHistoryLimit: 5,
          selector: { matchLabels: this.selector },
          strategy: alone
            ? { type: "Recreate" }
            : { rollingUpdate: { maxSurge: ROLLOUT_SURGE, maxUnavailable: 0 }, type: "RollingUpdate" },
          template,
        },
      },
      { customTimeouts: { create: deadline.text, update: deadline.text }, dependsOn },
    );
  }

  /** Name of the port its probes ask: its own, or one that only they use, or that of its metrics. */
  #probed(args: CompletePart): string | undefined {
    const { health, metrics } = args;
    return this.#portName(
      args,
      this.port ?? health?.port ?? (health?.live === undefined ? undefined : metrics?.port),
    );
  }

  #portName(args: CompletePart, number: number | undefined): string | undefined {
    return this.#ports(args).find(({ containerPort }) => containerPort === number)?.name;
  }

  #ports({ health, metrics }: CompletePart): { containerPort: number; name: string }[] {
    const ports = new Map<number, string>();
    if (health?.port !== undefined && this.port === undefined) ports.set(health.port, HEALTH);
    if (metrics?.port !== undefined) ports.set(metrics.port, METRICS);
    if (this.port !== undefined) ports.set(this.port, HTTP);
    return [...ports].map(([containerPort, name]) => ({ containerPort, name }));
  }

  #createService(): pulumi.Output<string> | undefined {
    if (this.port === undefined) return undefined;
    const service = this.child(
      "service",
      k8s.core.v1.Service,
      httpService(this.meta("Service"), this.selector),
    );
    return service.metadata.name;
  }

  #createScaling({ scale, needs }: CompletePart): void {
    const owner = ownerOf(scale);
    if (owner === "autoscaler") {
      this.child("autoscaler", k8s.autoscaling.v2.HorizontalPodAutoscaler, {
        metadata: this.meta("HorizontalPodAutoscaler"),
        spec: autoscalerSpec(this.deployment, scale),
      });
    }
    if (owner !== "queue") return;
    const redis = needs.map((need) => need.queue).find((queue) => queue !== undefined);
    if (redis === undefined) throw new Error(`${this.called}: scales by a Redis list and needs no Redis`);
    const login = this.child("scaler-login", TriggerAuthentication, {
      metadata: this.meta("TriggerAuthentication"),
      spec: {
        secretTargetRef: [{ key: redis.password.key, name: redis.password.secret, parameter: "password" }],
      },
    });
    this.child("scaler-network", k8s.networking.v1.NetworkPolicy, {
      metadata: this.meta("NetworkPolicy", "scaler"),
      spec: allow(redis.pods, { from: [{ namespace: KEDA_NAMESPACE, ports: [redis.port] }] }),
    });
    this.child("scaler", ScaledObject, {
      metadata: this.meta("ScaledObject"),
      spec: queueScalerSpec(this.deployment, scale, redis.address, login.metadata.name),
    });
  }

  /** A node can always be emptied: one pod at a time, and no budget at all for a part that never has more than one. */
  #createDisruption({ scale }: CompletePart): void {
    if (Math.max(scale.min, scale.max) < 2) return;
    this.child("disruption", k8s.policy.v1.PodDisruptionBudget, {
      metadata: this.meta("PodDisruptionBudget"),
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: this.selector },
        // A pod that never gets ready must not keep its node from being emptied.
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      },
    });
  }

  #createMonitor(args: CompletePart): void {
    const { metrics } = args;
    if (metrics === undefined || this.space.monitoring === undefined) return;
    const port = this.#portName(args, metrics.port ?? this.port);
    if (port === undefined)
      throw new Error(`${this.called}: metrics need a port on a part that does not listen`);
    const reading = endpoint(port, metrics.path, metrics.interval);
    if (port === HTTP) {
      this.child("monitor", ServiceMonitor, {
        metadata: this.meta("ServiceMonitor"),
        spec: serviceMonitorSpec(this.selector, reading),
      });
    } else {
      this.child("monitor", PodMonitor, {
        metadata: this.meta("PodMonitor"),
        spec: podMonitorSpec(this.selector, reading),
      });
    }
  }
}

/** `image-resizer` is asked for as IMAGE_RESIZER_URL. */
function envName(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}
