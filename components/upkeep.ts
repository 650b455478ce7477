/** Work on copies of data that nobody waits for: a CronJob of a few steps, each a container that begins when the one before is done. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Bytes, type Duration, formatBytes, platform } from "../config";
import type { Transform } from "./component";
import { contentName } from "./naming";
import { environment, type Connection, type HeldSecret, type SecretKey } from "./needs";
import type { Place } from "./network";
import { safeContainer, seconds } from "./pod";
import { Resident, type ResidentOptions } from "./resident";
import { onSchedule } from "./schedule";
import type { Space } from "./space";
import { podTemplate } from "./workload";

export interface UpkeepStep {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: Readonly<Record<string, HeldSecret>>;
  readonly memory: Bytes;
}

/** What is to be done, and all it needs for it. */
export interface UpkeepWork {
  /** When it runs: five-field cron, UTC. */
  readonly cron: string;
  readonly timeout: Duration;
  readonly steps: readonly UpkeepStep[];
  /** Texts its steps find in SCRIPTS, by name. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** Room in WORK, which its steps share. */
  readonly room: Bytes;
  /** Buckets, and where else it must reach. */
  readonly egress: readonly Place[];
  /** Stores of the space that it reads. */
  readonly reads: readonly Connection[];
  /** Who its pods are to the cloud: an account that is there, or annotations of one of its own. */
  readonly account?: string | undefined;
  readonly identity?: Readonly<Record<string, string>> | undefined;
}

export interface UpkeepArgs extends UpkeepWork {
  readonly space: Space;
  readonly transform?: {
    readonly schedule?: Transform<k8s.batch.v1.CronJobArgs>;
    readonly account?: Transform<k8s.core.v1.ServiceAccountArgs>;
    readonly scripts?: Transform<k8s.core.v1.ConfigMapArgs>;
    readonly secret?: Transform<k8s.core.v1.SecretArgs>;
    readonly network?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
    readonly consent?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
  };
}

export const SCRIPTS = "/etc/slipway/scripts";
export const WORK = "/work";
/** Nobody's: every step's files are its pod's alone. */
const USER = 65_532;
const STOP: Duration = { text: "30s", value: 30_000 };
const SMALL = { limit: { text: "500m", value: 500 }, request: { text: "20m", value: 20 } };

/**
 * ```ts
 * new Upkeep("postgres-tiers", { space, ...tiersOf(backup, "postgres", keys) });
 * ```
 */
export class Upkeep extends Resident<NonNullable<UpkeepArgs["transform"]>> {
  constructor(name: string, args: UpkeepArgs, opts?: ResidentOptions) {
    super("Upkeep", name, args.space, args.transform, opts);
    const ways = this.openNetwork([], args.reads, args.egress);
    const [template, scripts] = this.#template(args, this.#hold(args.steps));
    this.child(
      "schedule",
      k8s.batch.v1.CronJob,
      {
        metadata: this.meta("CronJob"),
        spec: onSchedule({
          ...{ cron: args.cron, labels: this.labels },
          job: { activeDeadlineSeconds: seconds(args.timeout), backoffLimit: 2, template },
        }),
      },
      { dependsOn: [...this.space.ready, ...ways, ...scripts, ...args.reads.flatMap(({ after }) => after)] },
    );
    this.finish({ name });
  }

  /** The steps' secrets as each reads them. Two may know one variable with two values: keys of two buckets. */
  #hold(steps: readonly UpkeepStep[]): Record<string, SecretKey>[] {
    const all = steps.flatMap(({ name, secrets }) =>
      Object.entries(secrets).map(([variable, held]) => [`${name}.${variable}`, held] as const),
    );
    if (all.length === 0) return steps.map(() => ({}));
    const held = this.holdSecrets<string>("secret", Object.fromEntries(all));
    return steps.map(({ name }) =>
      Object.fromEntries(
        Object.entries(held).flatMap(([key, one]) =>
          key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), one] as const] : [],
        ),
      ),
    );
  }

  #template(
    args: UpkeepArgs,
    secrets: readonly Record<string, SecretKey>[],
  ): [k8s.types.input.core.v1.PodTemplateSpec, pulumi.Resource[]] {
    const scripts = this.#createScripts(args.scripts);
    const last = args.steps.at(-1);
    if (last === undefined) throw new Error(`${this.called}: nothing to do`);
    const volumes = [
      // Copies of data are data: what lies on a node's disk after the pod is somebody's to find. They go with it.
      { emptyDir: { sizeLimit: args.room.text }, name: "work" },
      ...(scripts === undefined ? [] : [{ configMap: { name: scripts.metadata.name }, name: "scripts" }]),
    ];
    const mounts = [
      { mountPath: WORK, name: "work" },
      ...(scripts === undefined ? [] : [{ mountPath: SCRIPTS, name: "scripts", readOnly: true }]),
    ];
    const before = args.steps.slice(0, -1).map((step, at) =>
      safeContainer({
        command: [...step.command],
        env: environment({ ...home, ...step.env }, secrets[at] ?? {}),
        image: step.image,
        name: step.name,
        resources: { cpu: SMALL, memory: { limit: step.memory, request: QUARTER(step.memory) } },
        volumeMounts: mounts,
      }),
    );
    const template = podTemplate(
      {
        claims: {},
        command: last.command,
        container: {},
        cpu: SMALL,
        env: { ...home, ...last.env },
        files: [],
        image: last.image,
        memory: { limit: last.memory, request: QUARTER(last.memory) },
        name: last.name,
        pod: { restartPolicy: "Never", ...(before.length === 0 ? {} : { initContainers: before }) },
        priorityClass: this.space.priorityClass("low"),
        pullSecret: this.space.pullSecret,
        secrets: secrets.at(-1) ?? {},
        serviceAccount: this.#account(args),
        stopWithin: STOP,
        user: USER,
        volumes: {},
      },
      { ...this.labels, [platform.backups.label]: "true" },
    );
    const spec = template.spec as k8s.types.input.core.v1.PodSpec;
    const [main] = spec.containers as k8s.types.input.core.v1.Container[];
    return [
      {
        ...template,
        spec: { ...spec, containers: [{ ...main, name: last.name, volumeMounts: mounts }], volumes },
      },
      scripts === undefined ? [] : [scripts],
    ];
  }

  #createScripts(scripts: UpkeepArgs["scripts"]): k8s.core.v1.ConfigMap | undefined {
    if (scripts === undefined) return undefined;
    const meta = this.meta("ConfigMap", "scripts");
    const name = contentName("ConfigMap", `${this.short}-scripts`, JSON.stringify(scripts));
    return this.child("scripts", k8s.core.v1.ConfigMap, {
      data: scripts,
      immutable: true,
      metadata: { ...meta, name },
    });
  }

  #account({ account, identity }: UpkeepArgs): pulumi.Input<string> | undefined {
    if (identity === undefined) return account;
    return this.child("account", k8s.core.v1.ServiceAccount, {
      automountServiceAccountToken: false,
      metadata: { ...this.meta("ServiceAccount"), annotations: identity },
    }).metadata.name;
  }
}

/** The root is read-only: what a program keeps for itself goes where the work is. */
const home = { HOME: WORK, TMPDIR: WORK };

const QUARTER = ({ value }: Bytes): Bytes => {
  const bytes = Math.ceil(value / 4 / 1024 ** 2) * 1024 ** 2;
  return { text: formatBytes(bytes), value: bytes };
};
