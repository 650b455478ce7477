/** A database migration that comes before each new version: a Job keyed by what it runs. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../config";
import type { Transform } from "./component";
import { contentName } from "./naming";
import { type Asked, connected, type Needed, type SecretKey } from "./needs";
import { seconds } from "./pod";
import { Resident, type ResidentOptions } from "./resident";
import type { Space } from "./space";
import { podTemplate, type Workload } from "./workload";

export interface MigrationArgs extends Pick<
  Workload,
  "image" | "cpu" | "memory" | "user" | "architectures" | "volumes"
> {
  space: Space;
  /** The migration: `["alembic", "upgrade", "head"]`. */
  command: readonly string[];
  /** Time after which it has failed. */
  timeout: Duration;
  /** What it connects to; a store may offer migrations another way in than parts. */
  needs: readonly Needed[];
  env: Readonly<Record<string, pulumi.Input<string>>>;
  from?: Asked;
  secrets: Readonly<Record<string, SecretKey>>;
  transform?: { job?: Transform<k8s.batch.v1.JobArgs> | undefined };
}

/** Tries before it has failed: a database just failing over deserves another, a broken migration not many. */
const RETRIES = 2;

/**
 * The Job's name holds a hash of image and command: another image makes another Job, the same image none unless the database was restored since. Its part's Deployment depends on it, so a migration that fails leaves the old version serving; the last
 * lines of its log are the failure's message.
 */
export class Migration extends Resident<NonNullable<MigrationArgs["transform"]>> {
  /** Done when this is. */
  readonly job: k8s.batch.v1.Job;

  constructor(name: string, args: MigrationArgs, opts?: ResidentOptions) {
    super("Migration", name, args.space, args.transform, opts);
    const connections = args.needs.map((need) => need.migrationConnection ?? need.connection);
    const ways = this.openNetwork([], connections, []);
    const { env, secrets, files } = connected(connections, args);

    const data = connections.flatMap((one) => (one.data === undefined ? [] : [one.data]));
    const key = pulumi.output(args.image).apply((image) => JSON.stringify([image, args.command, ...data]));
    const template = podTemplate(
      {
        ...args,
        claims: {},
        env,
        files,
        name: "migration",
        pod: { restartPolicy: "Never" },
        pullSecret: this.space.pullSecret,
        secrets,
        stopWithin: STOP,
        // Its part's disks belong to its part's pods; scratch space is its own.
        volumes: Object.fromEntries(
          Object.entries(args.volumes).filter(([, { kind }]) => kind === "scratch" || kind === "memory"),
        ),
      },
      this.labels,
    );
    this.job = this.child(
      "job",
      k8s.batch.v1.Job,
      {
        metadata: { ...this.meta("Job"), name: key.apply((text) => contentName("Job", name, text)) },
        spec: {
          activeDeadlineSeconds: seconds(args.timeout),
          backoffLimit: RETRIES,
          template,
        },
      },
      {
        customTimeouts: { create: args.timeout.text },
        // Else a failed migration would leave the one before it in the way of whoever goes back to it.
        deleteBeforeReplace: true,
        dependsOn: [...this.space.ready, ...ways, ...connections.flatMap(({ after }) => after)],
      },
    );
    this.finish({ job: this.job.metadata.name });
  }
}

/** Time to roll back the open transaction. */
const STOP: Duration = { text: "30s", value: 30_000 };
