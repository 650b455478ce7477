/** The database: run on the cluster by CloudNativePG, or somebody else's by its URL. Both with the same outputs. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { BARMAN, type Duration, platform } from "../config";
import { backupPorts, objectStoreSpec, wayTo } from "./backups";
import { Cluster, type ClusterSpec, Database, ObjectStore, Pooler, ScheduledBackup } from "./cnpg";
import type { Labels } from "./labels";
import { endpoint, keeping, PodMonitor, podMonitorSpec, type Relabeling } from "./monitors";
import { POOLER_SERIES, POSTGRES_SERIES, POSTGRES_SETTINGS } from "./monitoring/series";
import type { Connection, Needed, SecretFile, SecretKey } from "./needs";
import { allow, type Place } from "./network";
import { ALWAYS_EXTENSIONS, clusterSpec, poolerSpec, QUERIES_KEY, queriesOf } from "./postgres-spec";
import type {
  ExternalPostgresArgs,
  OperatorPostgresArgs,
  PostgresArgs,
  PostgresTransforms,
} from "./postgres-args";
import { Resident, type ResidentOptions } from "./resident";

const PORT = 5432;
const STATUS_PORT = 8000;
const METRICS = { instance: 9187, pooler: 9127 };
/** Where the operator runs: it looks after its instances over the network. */
const OPERATOR_NAMESPACE = platform.postgres.namespace;
/** Ports Kubernetes' own API is served on: the instance manager reads its orders there. */
const API_PORTS = [443, 6443];
const CA_FOLDER = "/etc/slipway/postgres";
const CA_FILE = "ca.crt";
const USUAL_INTERVAL: Duration = { text: "30s", value: 30_000 };

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

/** One way to the database. */
interface Ways {
  readonly url: SecretKey;
  readonly readUrl: SecretKey;
  readonly directUrl: SecretKey;
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

    const password = pulumi.secret(
      this.child("password", random.RandomPassword, { length: 32, special: false }).result,
    );
    const login = this.#createLogin(owner, password);
    const ways = this.#openWays(cluster, args);
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
        dependsOn: [...this.space.ready, ...ways],
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

    const hosts = {
      directUrl: `${cluster}-rw`,
      // Alone, the primary is the only one to read from; `-ro` would have nobody behind it.
      readUrl: reads ?? `${cluster}-${instances > 1 ? "ro" : "rw"}`,
      url: writes ?? `${cluster}-rw`,
    };
    const { password: word, ...urls } = this.#createUrls(password, args, hosts);
    const direct: Place = { pods: instancesOf(cluster), ports: [PORT] };
    return {
      after: [running, contents, ...poolers],
      at: [
        writes === undefined ? direct : { pods: poolerOf(writes), ports: [PORT] },
        ...(writes === undefined && reads === undefined
          ? []
          : [
              {
                ...(reads === undefined ? direct : { pods: poolerOf(reads), ports: [PORT] }),
                called: "reads",
              },
            ]),
      ],
      directAt: [direct],
      directFacts: { host: hosts.directUrl },
      env: { PGSSLROOTCERT: `${CA_FOLDER}/${CA_FILE}` },
      facts: {
        database: args.database,
        host: hosts.url,
        password: word,
        port: String(PORT),
        readHost: hosts.readUrl,
        user: owner,
      },
      files: [{ file: CA_FILE, folder: CA_FOLDER, key: "ca.crt", secret: `${cluster}-ca` }],
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

  /** Instances among themselves, the operator, Prometheus, the API server, and the bucket. */
  #openWays(cluster: string, args: OperatorPostgresArgs): pulumi.Resource[] {
    const own = { pods: { "cnpg.io/cluster": cluster }, ports: [PORT, STATUS_PORT] };
    const watcher = this.space.monitoring;
    const outside =
      args.backup === undefined ? [{ ports: API_PORTS, range: "anywhere" }] : wayTo(args.backup, API_PORTS);
    return [
      this.child("network", k8s.networking.v1.NetworkPolicy, {
        metadata: this.meta("NetworkPolicy"),
        spec: allow(own.pods, {
          from: [
            own,
            { namespace: OPERATOR_NAMESPACE, ports: [PORT, STATUS_PORT] },
            ...(watcher === undefined ? [] : [{ namespace: watcher, ports: Object.values(METRICS) }]),
          ],
          to: [own, ...outside],
        }),
      }),
    ];
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
    { backup }: OperatorPostgresArgs,
    keys: Record<string, SecretKey> | undefined,
  ): k8s.apiextensions.CustomResource | undefined {
    if (backup === undefined) return undefined;
    return this.child("store", ObjectStore, {
      metadata: this.meta("ObjectStore"),
      spec: objectStoreSpec(backup, keys),
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
        spec: {
          cluster: { name: cluster },
          databaseReclaimPolicy: "retain",
          extensions: [...new Set([...ALWAYS_EXTENSIONS, ...args.extensions])].map((extension) => ({
            ensure: "present" as const,
            name: extension,
          })),
          name: args.database,
          owner: args.owner,
        },
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
        spec: {
          // Backups outlive the schedule: deleting it must not delete them.
          backupOwnerReference: "none",
          cluster: { name: cluster },
          immediate: true,
          method: "plugin",
          pluginConfiguration: { name: BARMAN },
          // The operator's schedules begin with seconds.
          schedule: `0 ${backup.every.cron}`,
          target: "prefer-standby",
        },
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
    const reading = (...kept: Relabeling[]) =>
      endpoint("metrics", "/metrics", args.interval ?? USUAL_INTERVAL, kept);
    const { kept, of } = POSTGRES_SETTINGS;
    this.child("monitor", PodMonitor, {
      metadata: this.meta("PodMonitor"),
      spec: podMonitorSpec(
        instancesOf(cluster),
        reading(keeping(...POSTGRES_SERIES, of), {
          action: "keep",
          // Of a setting its name is looked at, of all else nothing.
          regex: `${of};(${kept.join("|")})|[^;]+;`,
          sourceLabels: ["__name__", "name"],
        }),
      ),
    });
    if (poolers.some((one) => one !== undefined)) {
      this.child("pooler-monitor", PodMonitor, {
        metadata: this.meta("PodMonitor", "pooler"),
        spec: podMonitorSpec(
          { "cnpg.io/cluster": cluster, "cnpg.io/podRole": "pooler" },
          reading(keeping(...POOLER_SERIES)),
        ),
      });
    }
  }

  #createUrls(
    password: pulumi.Output<string>,
    { database, owner }: OperatorPostgresArgs,
    hosts: Readonly<Record<keyof Ways, string>>,
  ): Ways & { readonly password: SecretKey } {
    const url = (host: string) =>
      password.apply(
        (secret) =>
          `postgresql://${owner}:${encodeURIComponent(secret)}@${host}:${PORT}/${database}` +
          `?sslmode=verify-full&sslrootcert=${CA_FOLDER}/${CA_FILE}`,
      );
    const { metadata } = this.contentSecret("urls", {
      directUrl: url(hosts.directUrl),
      password,
      readUrl: url(hosts.readUrl),
      url: url(hosts.url),
    });
    const at = (key: keyof Ways | "password"): SecretKey => ({ key, secret: metadata.name });
    return { directUrl: at("directUrl"), password: at("password"), readUrl: at("readUrl"), url: at("url") };
  }

  #external(args: ExternalPostgresArgs): Made {
    const given = { directUrl: args.directUrl ?? args.url, readUrl: args.readUrl ?? args.url, url: args.url };
    const urls = this.holdSecrets("urls", given);
    const files: SecretFile[] =
      args.ca === undefined
        ? []
        : [{ ...this.holdSecrets("ca", { ca: args.ca }).ca, file: CA_FILE, folder: CA_FOLDER }];
    const at = args.addresses.map((range) => ({ ports: [args.port], range }));
    return {
      after: [],
      at,
      directAt: at,
      directFacts: {},
      env: {
        PGSSLMODE: args.tls,
        ...(files.length === 0 ? {} : { PGSSLROOTCERT: `${CA_FOLDER}/${CA_FILE}` }),
      },
      facts: {},
      files,
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

function instancesOf(cluster: string): Labels {
  return { "cnpg.io/cluster": cluster, "cnpg.io/podRole": "instance" };
}

function poolerOf(pooler: string): Labels {
  return { "cnpg.io/poolerName": pooler };
}
