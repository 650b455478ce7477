/** The database: run on the cluster by CloudNativePG, or somebody else's by its URL. Both with the same outputs. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { backupPorts, objectStoreSpec } from "./backups";
import { Cluster, type ClusterSpec, Database, ObjectStore, Pooler, ScheduledBackup } from "./cnpg";
import { PodMonitor } from "./monitors";
import type { Connection, Needed, SecretFile, SecretKey } from "./needs";
import type { Place } from "./network";
import type {
  ExternalPostgresArgs,
  OperatorPostgresArgs,
  PostgresArgs,
  PostgresTransforms,
} from "./postgres-args";
import { clusterSpec, databaseSpec, poolerSpec, scheduleSpec } from "./postgres-spec";
import { instancesMonitor, poolersMonitor, QUERIES_KEY, queriesOf } from "./postgres-watch";
import {
  hostsOf,
  instancesNetwork,
  placesOf,
  poolerOf,
  PORT,
  trusting,
  urlsOf,
  type Ways,
} from "./postgres-ways";
import { Resident, type ResidentOptions } from "./resident";

/** What a rehearsed restore begins with. */
export interface Kept {
  /** The database whose backups these are. */
  readonly cluster: string;
  readonly spec: pulumi.Output<ClusterSpec>;
  /** The bucket's settings, and the Secrets with its keys and the owner's login. */
  readonly store: pulumi.Output<string>;
  readonly secrets: readonly pulumi.Input<string>[];
  /** Ports of the bucket. */
  readonly ports: readonly number[];
}

/**
 * ```ts
 * const postgres = new Postgres("postgres", { space, ...postgresDefaults("shop") });
 * new Api("api", { space, image, port: 8000, needs: [postgres] });   // gets DATABASE_URL and DATABASE_READ_URL
 * ```
 *
 * `operator` makes a Cluster tuned from its memory, its Database with extensions, a login, poolers, and where asked for
 * a backup schedule with an archive of every change. Whoever connects checks its certificate. `external` makes nothing
 * but the Secret with its URLs. A migration gets DATABASE_URL past the pooler.
 */
export class Postgres extends Resident<PostgresTransforms> implements Needed {
  /** Where each URL stands: a Secret and a key in it. */
  readonly urls: Ways;
  readonly connection: Connection;
  readonly migrationConnection: Connection;
  /** Of a database that is backed up. */
  readonly kept: Kept | undefined;

  constructor(name: string, args: PostgresArgs, opts?: ResidentOptions) {
    super("Postgres", name, args.space, args.transform, opts);
    const made = args.mode === "operator" ? this.#operated(args) : this.#external(args);
    this.urls = made.urls;
    this.kept = made.kept;
    const restored = args.mode === "operator" ? args.restored?.name : undefined;
    const common = { after: made.after, data: restored, env: made.env, files: made.files, to: name };
    this.connection = {
      ...common,
      at: made.at,
      facts: { ...made.facts, ...made.urls },
      secrets: { DATABASE_READ_URL: made.urls.readUrl, DATABASE_URL: made.urls.url },
    };
    this.migrationConnection = {
      ...common,
      at: made.directAt,
      facts: { ...made.facts, ...made.directFacts, ...made.urls, url: made.urls.directUrl },
      secrets: { DATABASE_URL: made.urls.directUrl },
    };
    this.finish({ urls: this.urls });
  }

  #operated(args: OperatorPostgresArgs): Made {
    const cluster = args.restored?.name ?? this.meta("Cluster").name;
    const { owner, pooler, instances } = args;
    const writes = pooler === undefined ? undefined : this.meta("Pooler", "pooler").name;
    const reads = pooler?.reads === true && instances > 1 ? this.meta("Pooler", "reads").name : undefined;
    const hosts = hostsOf(cluster, instances, { reads, writes });

    const password = pulumi.secret(
      this.child("password", random.RandomPassword, { length: 32, special: false }).result,
    );
    const login = this.#createLogin(owner, password);
    const network = this.child("network", k8s.networking.v1.NetworkPolicy, {
      // With the database another one: the one from before needs its own until it is gone.
      metadata: { ...this.meta("NetworkPolicy"), name: cluster },
      spec: instancesNetwork(cluster, args.backup, this.space.monitoring),
    });
    const keys = this.#holdKeys(args);
    const store = this.#createStore(args, keys);
    const queries = this.#createQueries(args);
    const spec = pulumi
      .all([
        this.space.namespace,
        this.space.priorityClass("high"),
        this.space.pullSecret,
        login.metadata.name,
        store?.metadata.name,
        queries?.metadata.name,
      ])
      .apply(([namespace, priorityClass, pullSecret, loginName, objectStore, queriesName]) =>
        clusterSpec(
          args,
          {
            cluster,
            login: loginName,
            namespace,
            objectStore,
            poolers: [writes, reads].filter((one) => one !== undefined),
            priorityClass,
            pullSecret,
            queries: queriesName,
            zoneKey: args.zoneKey ?? "topology.kubernetes.io/zone",
          },
          this.labels,
        ),
      );
    const running = this.child(
      "cluster",
      Cluster,
      {
        metadata: {
          ...this.meta("Cluster"),
          annotations: { "pulumi.com/waitFor": "condition=Ready" },
          name: cluster,
        },
        spec,
      },
      {
        customTimeouts: { create: "15m", update: "30m" },
        dependsOn: [...this.space.ready, network],
        protect: this.space.protect,
      },
    );
    const contents = this.#createDatabase(args, cluster, running);
    const poolers = [
      ...(writes === undefined ? [] : this.#createPooler("pooler", "rw", writes, args, cluster, running)),
      ...(reads === undefined ? [] : this.#createPooler("reads", "ro", reads, args, cluster, running)),
    ];
    this.#createSchedule(args, cluster, running);
    this.#createMonitors(args, cluster, [writes, reads]);

    const { password: word, ...urls } = this.#createUrls(password, args, hosts);
    return {
      ...placesOf(cluster, { reads, writes }),
      ...trusting({ key: "ca.crt", secret: `${cluster}-ca` }),
      after: [running, contents, ...poolers],
      directFacts: { host: hosts.directUrl },
      facts: {
        database: args.database,
        host: hosts.url,
        password: word,
        port: String(PORT),
        readHost: hosts.readUrl,
        user: owner,
      },
      kept: args.backup &&
        store && {
          cluster,
          ports: backupPorts(args.backup),
          secrets: [login.metadata.name, ...Object.values(keys ?? {}).map(({ secret }) => secret)],
          spec,
          store: store.metadata.name,
        },
      urls,
    };
  }

  /** The owner's login, in the form and under the name by which the operator finds it again. */
  #createLogin(owner: string, password: pulumi.Output<string>): k8s.core.v1.Secret {
    const meta = this.meta("Secret", "login");
    return this.child("login", k8s.core.v1.Secret, {
      metadata: { ...meta, labels: { ...meta.labels, "cnpg.io/reload": "true" } },
      stringData: { password, username: owner },
      type: "kubernetes.io/basic-auth",
    });
  }

  #holdKeys({ backup }: OperatorPostgresArgs): Record<string, SecretKey> | undefined {
    if (backup?.credentials === undefined) return undefined;
    const { credentials, region } = backup;
    return this.holdSecrets<string>("bucket", {
      ...credentials,
      ...(region === undefined ? {} : { region: { value: pulumi.output(region) } }),
    });
  }

  #createStore(
    { backup, instances }: OperatorPostgresArgs,
    keys: Record<string, SecretKey> | undefined,
  ): k8s.apiextensions.CustomResource | undefined {
    if (backup === undefined) return undefined;
    return this.child("store", ObjectStore, {
      metadata: this.meta("ObjectStore"),
      spec: objectStoreSpec(backup, keys, instances),
    });
  }

  /** How long queries take is not among what the operator measures unasked. */
  #createQueries({ database }: OperatorPostgresArgs): k8s.core.v1.ConfigMap | undefined {
    if (this.space.monitoring === undefined) return undefined;
    const meta = this.meta("ConfigMap", "queries");
    return this.child("queries", k8s.core.v1.ConfigMap, {
      data: { [QUERIES_KEY]: queriesOf(database) },
      metadata: { ...meta, labels: { ...meta.labels, "cnpg.io/reload": "true" } },
    });
  }

  #createDatabase(args: OperatorPostgresArgs, cluster: string, running: pulumi.Resource): pulumi.Resource {
    return this.child(
      "database",
      Database,
      {
        metadata: {
          ...this.meta("Database"),
          annotations: { "pulumi.com/waitFor": "jsonpath={.status.applied}=true" },
          name: cluster,
        },
        spec: databaseSpec(args, cluster),
      },
      { dependsOn: [running], protect: this.space.protect },
    );
  }

  #createPooler(
    suffix: "pooler" | "reads",
    type: "rw" | "ro",
    name: string,
    { pooler }: OperatorPostgresArgs,
    cluster: string,
    running: pulumi.Resource,
  ): pulumi.Resource[] {
    if (pooler === undefined) return [];
    const created = this.child(
      suffix,
      Pooler,
      {
        metadata: this.meta("Pooler", suffix),
        spec: pulumi
          .output(this.space.pullSecret)
          .apply((pullSecret) =>
            poolerSpec(pooler, type, { cluster, pooler: name, pullSecret }, this.labels),
          ),
      },
      { dependsOn: [running] },
      "pooler",
    );
    if (pooler.instances > 1) {
      this.child(`${suffix}-disruption`, k8s.policy.v1.PodDisruptionBudget, {
        metadata: this.meta("PodDisruptionBudget", suffix),
        spec: {
          maxUnavailable: 1,
          selector: { matchLabels: poolerOf(name) },
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      });
    }
    return [created];
  }

  #createSchedule({ backup }: OperatorPostgresArgs, cluster: string, running: pulumi.Resource): void {
    if (backup === undefined) return;
    this.child(
      "schedule",
      ScheduledBackup,
      {
        // With the database another one: it begins with a backup of its own.
        metadata: { ...this.meta("ScheduledBackup"), name: cluster },
        spec: scheduleSpec(backup, cluster),
      },
      { dependsOn: [running] },
    );
  }

  #createMonitors(
    args: OperatorPostgresArgs,
    cluster: string,
    poolers: readonly (string | undefined)[],
  ): void {
    if (this.space.monitoring === undefined) return;
    this.child("monitor", PodMonitor, {
      metadata: this.meta("PodMonitor"),
      spec: instancesMonitor(cluster, args.interval),
    });
    if (poolers.some((one) => one !== undefined)) {
      this.child("pooler-monitor", PodMonitor, {
        metadata: this.meta("PodMonitor", "pooler"),
        spec: poolersMonitor(cluster, args.interval),
      });
    }
  }

  #createUrls(
    password: pulumi.Output<string>,
    args: OperatorPostgresArgs,
    hosts: Ways<string>,
  ): Ways & { readonly password: SecretKey } {
    const { metadata } = this.contentSecret("urls", { ...urlsOf(password, args, hosts), password });
    const at = (key: keyof Ways | "password"): SecretKey => ({ key, secret: metadata.name });
    return { directUrl: at("directUrl"), password: at("password"), readUrl: at("readUrl"), url: at("url") };
  }

  #external(args: ExternalPostgresArgs): Made {
    const given = { directUrl: args.directUrl ?? args.url, readUrl: args.readUrl ?? args.url, url: args.url };
    const urls = this.holdSecrets("urls", given);
    const trust = args.ca && trusting(this.holdSecrets("ca", { ca: args.ca }).ca);
    const at = args.addresses.map((range) => ({ ports: [args.port], range }));
    return {
      after: [],
      at,
      directAt: at,
      directFacts: {},
      env: { PGSSLMODE: args.tls, ...trust?.env },
      facts: {},
      files: trust?.files ?? [],
      urls,
    };
  }
}

/** What either way of having a database comes down to. */
interface Made {
  readonly urls: Ways;
  readonly after: readonly pulumi.Resource[];
  readonly at: readonly Place[];
  readonly directAt: readonly Place[];
  readonly env: Readonly<Record<string, string>>;
  readonly facts: Connection["facts"];
  /** What is told differently of the way past the poolers. */
  readonly directFacts: Connection["facts"];
  readonly files: readonly SecretFile[];
  readonly kept?: Kept | undefined;
}
