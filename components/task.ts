/** Work that is done now and then, or once for each version: a CronJob or a Job with a part's image and needs. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../config";
import type { Transform } from "./component";
import { contentName } from "./naming";
import { type Asked, connected, type HeldSecret, type Needed } from "./needs";
import type { Place } from "./network";
import { seconds } from "./pod";
import { Resident, type ResidentOptions } from "./resident";
import { onSchedule } from "./schedule";
import type { Space } from "./space";
import { podTemplate, type Workload } from "./workload";

export interface TaskArgs extends Pick<Workload, "image" | "cpu" | "memory" | "user" | "architectures"> {
  space: Space;
  command: readonly string[];
  /** When it runs: five-field cron, UTC. @default - once for each change of image or command */
  every?: { readonly cron: string } | undefined;
  /** Time after which it has failed. */
  timeout: Duration;
  /** Further tries before it has failed. */
  retries: number;
  /** When the last run is still going. */
  overlap: "skip" | "replace" | "allow";
  needs: readonly Needed[];
  env: Readonly<Record<string, pulumi.Input<string>>>;
  from?: Asked;
  secrets: Readonly<Record<string, HeldSecret>>;
  egress?: readonly Place[];
  /** What must be done first: migrations. @default [] */
  after?: readonly pulumi.Resource[];
  transform?: {
    schedule?: Transform<k8s.batch.v1.CronJobArgs>;
    job?: Transform<k8s.batch.v1.JobArgs>;
    network?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
    consent?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
    secret?: Transform<k8s.core.v1.SecretArgs>;
  };
}

const CONCURRENCY = { allow: "Allow", replace: "Replace", skip: "Forbid" } as const;
const STOP: Duration = { text: "30s", value: 30_000 };

/**
 * ```ts
 * new Task("cleanup", { space, image, command: ["cleanup"], every: { cron: "0 3 * * *" }, … });
 * ```
 */
export class Task extends Resident<NonNullable<TaskArgs["transform"]>> {
  constructor(name: string, args: TaskArgs, opts?: ResidentOptions) {
    super("Task", name, args.space, args.transform, opts);
    // Like migrations, past the pooler: batch work keeps sessions, and would keep a pool busy.
    const connections = args.needs.map((need) => need.migrationConnection ?? need.connection);
    const secrets = this.holdSecrets("secret", args.secrets);
    const ways = this.openNetwork([], connections, args.egress ?? []);
    const work = connected(connections, { env: args.env, from: args.from ?? {}, secrets });
    const template = podTemplate(
      {
        ...args,
        ...work,
        claims: {},
        name,
        pod: { restartPolicy: "Never" },
        pullSecret: this.space.pullSecret,
        stopWithin: STOP,
        volumes: {},
      },
      this.labels,
    );
    const job = { activeDeadlineSeconds: seconds(args.timeout), backoffLimit: args.retries, template };
    const dependsOn = [
      ...this.space.ready,
      ...ways,
      ...connections.flatMap(({ after }) => after),
      ...(args.after ?? []),
    ];
    if (args.every !== undefined) this.#createSchedule(args, args.every.cron, job, dependsOn);
    else this.#createOnce(args, job, dependsOn);
    this.finish({ name });
  }

  #createSchedule(
    { overlap }: TaskArgs,
    cron: string,
    job: k8s.types.input.batch.v1.JobSpec,
    dependsOn: pulumi.Resource[],
  ): void {
    this.child(
      "schedule",
      k8s.batch.v1.CronJob,
      {
        metadata: this.meta("CronJob"),
        spec: onSchedule({ cron, job, overlap: CONCURRENCY[overlap] }),
      },
      { dependsOn },
    );
  }

  #createOnce(args: TaskArgs, spec: k8s.types.input.batch.v1.JobSpec, dependsOn: pulumi.Resource[]): void {
    const name = pulumi
      .output(args.image)
      .apply((image) => contentName("Job", this.short, JSON.stringify([image, args.command])));
    this.child(
      "job",
      k8s.batch.v1.Job,
      { metadata: { ...this.meta("Job"), name }, spec },
      // As with migrations: what ran once must not be in the way of going back to it.
      { customTimeouts: { create: args.timeout.text }, deleteBeforeReplace: true, dependsOn },
    );
  }
}
