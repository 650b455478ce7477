import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Api } from "../../components/api";
import { Postgres } from "../../components/postgres";
import type { OperatorPostgresArgs } from "../../components/postgres-args";
import type { SpaceArgs } from "../../components/space";
import type { Graph } from "../../components/testing";
import { postgresDefaults } from "../../config";
import { parseBucket } from "../../config/bucket";
import { containerOf, IMAGE, inSpace, podOf, size, time, nameOf } from "../helpers/product";

const operated = (args: Partial<OperatorPostgresArgs> = {}, space: Partial<SpaceArgs> = {}) =>
  inSpace((there) => {
    const postgres = new Postgres("postgres", { ...DEFAULTS, space: there, ...args });
    new Api("api", { image: IMAGE, needs: [postgres], port: 8000, space: there });
  }, space);
const DEFAULTS = { ...postgresDefaults("shop"), instances: 1, memory: size("1Gi") };
const clusterOf = (graph: Graph) => graph.named("eu-postgres-cluster");
const bucket = parseBucket("s3://backups/shop");
if (bucket === undefined) throw new Error("no bucket");
const BACKUP = {
  bucket,
  compression: "gzip",
  encryption: "bucket",
  every: { cron: "0 */6 * * *" },
  keep: { days: 30, monthly: 0, weekly: 0 },
  wal: time("5m"),
} as const;
const POOLER = { clients: 500, instances: 2, mode: "transaction", reads: false, size: 25 } as const;

describe("Postgres on the cluster", () => {
  let graph: Graph;
  before(async () => {
    graph = await operated();
  });

  it("is a Cluster that Pulumi waits for, protected", () => {
    const cluster = clusterOf(graph);
    assert.equal(cluster.inputs.metadata.annotations["pulumi.com/waitFor"], "condition=Ready");
    assert.equal(cluster.inputs.metadata.name, "postgres");
    assert.equal(cluster.protect, true);
    assert.equal(cluster.inputs.spec.enableSuperuserAccess, false);
    assert.deepEqual(cluster.inputs.spec.bootstrap.initdb, {
      database: "shop",
      dataChecksums: true,
      encoding: "UTF8",
      owner: "shop",
      secret: { name: "postgres-login" },
    });
  });

  it("reserves what it may use, and is among the last to be evicted", () => {
    const { priorityClassName, resources } = clusterOf(graph).inputs.spec;
    assert.deepEqual(resources, {
      limits: { cpu: "500m", memory: "1Gi" },
      requests: { cpu: "500m", memory: "1Gi" },
    });
    assert.equal(priorityClassName, "shop-high");
  });

  it("is tuned from its memory and disk, and counts its queries", () => {
    const { parameters } = clusterOf(graph).inputs.spec.postgresql;
    assert.equal(parameters.shared_buffers, "256MB");
    assert.equal(parameters.max_connections, "128");
    assert.equal(parameters.max_wal_size, "1024MB");
    assert.equal(parameters["pg_stat_statements.track"], "all");
    assert.equal(parameters.archive_timeout, undefined);
  });

  it("of one instance has no budget that would keep its node from being emptied", () => {
    assert.equal(clusterOf(graph).inputs.spec.enablePDB, false);
    assert.equal(clusterOf(graph).inputs.spec.primaryUpdateMethod, "restart");
  });

  it("keeps its login and URLs secret, out of every pod's own text", () => {
    for (const name of ["eu-postgres-login", "eu-postgres-urls"]) {
      assert.deepEqual(graph.named(name).secrets, ["stringData"], name);
    }
    const password = "password-of-eu-postgres-password";
    for (const one of graph.resources.filter(({ type }) => type !== "kubernetes:core/v1:Secret")) {
      assert.ok(!JSON.stringify([one.inputs, one.outputs]).includes(password), one.name);
    }
    assert.equal(graph.named("eu-postgres-login").inputs.type, "kubernetes.io/basic-auth");
  });

  it("gives URLs whose certificate is checked, and the authority's certificate but not its key", () => {
    const { url } = graph.named("eu-postgres-urls").inputs.stringData as { url: string };
    const parsed = new URL(url);
    assert.equal(parsed.searchParams.get("sslmode"), "verify-full");
    assert.equal(parsed.searchParams.get("sslrootcert"), "/etc/slipway/postgres/ca.crt");
    const pod = podOf(graph.named("eu-api-deployment"));
    const volumes = pod.volumes as { secret?: { items: unknown; secretName: string } }[];
    const authority = volumes.find((one) => one.secret?.secretName === "postgres-ca");
    assert.deepEqual(authority?.secret?.items, [{ key: "ca.crt", path: "ca.crt" }]);
  });

  it("gives its parts DATABASE_URL and DATABASE_READ_URL by reference", () => {
    const env = containerOf(graph.named("eu-api-deployment")).env;
    const name = nameOf(graph.named("eu-postgres-urls"));
    assert.deepEqual(
      env.filter((one) => one.valueFrom !== undefined),
      [
        { name: "DATABASE_READ_URL", valueFrom: { secretKeyRef: { key: "readUrl", name } } },
        { name: "DATABASE_URL", valueFrom: { secretKeyRef: { key: "url", name } } },
      ],
    );
  });

  it("is reached by whoever needs it, its operator and its own, and by nobody else", () => {
    const sources = JSON.stringify(graph.named("eu-postgres-network").inputs.spec.ingress);
    assert.match(sources, /cnpg-system/);
    assert.doesNotMatch(sources, /"podSelector":\{\}/);
    const { podSelector } = graph.named("eu-api-to-postgres").inputs.spec;
    assert.deepEqual(podSelector.matchLabels, {
      "cnpg.io/cluster": "postgres",
      "cnpg.io/podRole": "instance",
    });
  });

  it("has its database with extensions, kept when the resource goes", () => {
    const { spec } = graph.named("eu-postgres-database").inputs;
    assert.equal(spec.databaseReclaimPolicy, "retain");
    assert.deepEqual(spec.extensions, [{ ensure: "present", name: "pg_stat_statements" }]);
    assert.ok(graph.named("eu-postgres-database").after.includes(clusterOf(graph).urn));
  });

  it("has no pooler, backup or monitor unasked", () => {
    for (const kind of ["pooler", "store", "schedule", "monitor", "queries"]) {
      assert.ok(!graph.names().includes(`eu-postgres-${kind}`), kind);
    }
  });
});

describe("Postgres' options", () => {
  it("three instances switch over, may lose one, and are read from their replicas", async () => {
    const graph = await operated({ instances: 3, synchronous: { durability: "required", replicas: 1 } });
    const { spec } = clusterOf(graph).inputs;
    assert.equal(spec.instances, 3);
    assert.equal(spec.enablePDB, true);
    assert.equal(spec.primaryUpdateMethod, "switchover");
    assert.deepEqual(spec.postgresql.synchronous, { dataDurability: "required", method: "any", number: 1 });
    const { readUrl } = graph.named("eu-postgres-urls").inputs.stringData as { readUrl: string };
    assert.equal(new URL(readUrl).hostname, "postgres-ro");
  });

  it("several take over from a primary that is gone in seconds; one alone has nobody to wait for", async () => {
    const several = clusterOf(await operated({ instances: 3 })).inputs.spec;
    const { leaseDurationSeconds, renewDeadlineSeconds, retryPeriodSeconds } = several.primaryLease as Record<
      "leaseDurationSeconds" | "renewDeadlineSeconds" | "retryPeriodSeconds",
      number
    >;
    // As the operator's webhook wants them.
    assert.ok(leaseDurationSeconds > renewDeadlineSeconds);
    assert.ok(renewDeadlineSeconds > retryPeriodSeconds * 1.2);
    assert.ok(leaseDurationSeconds + retryPeriodSeconds < 5);
    assert.equal(several.postgresql.parameters.wal_retrieve_retry_interval, "1s");
    assert.equal(several.postgresql.parameters.wal_receiver_timeout, "3s");
    const alone = clusterOf(await operated({ instances: 1 })).inputs.spec;
    assert.equal(alone.primaryLease, undefined);
    assert.ok(!("wal_retrieve_retry_interval" in alone.postgresql.parameters));
    assert.ok(!("wal_receiver_timeout" in alone.postgresql.parameters));
  });

  it("image, disks, class, connections, extensions and settings are as said", async () => {
    const graph = await operated({
      class: "fast",
      connections: 77,
      extensions: ["vector"],
      image: { text: "example.com/postgres:17" },
      parameters: { log_min_duration_statement: "200ms" },
      storage: size("20Gi"),
      wal: size("5Gi"),
    });
    const { spec } = clusterOf(graph).inputs;
    assert.equal(spec.imageName, "example.com/postgres:17");
    assert.deepEqual(spec.storage, { resizeInUseVolumes: true, size: "20Gi", storageClass: "fast" });
    assert.equal(spec.walStorage.size, "5Gi");
    assert.equal(spec.postgresql.parameters.max_connections, "77");
    assert.equal(spec.postgresql.parameters.log_min_duration_statement, "200ms");
    assert.deepEqual(
      (graph.named("eu-postgres-database").inputs.spec.extensions as { name: string }[]).map(
        ({ name }) => name,
      ),
      ["pg_stat_statements", "vector"],
    );
  });

  it("a pooler stands between, under the certificate's name, and lets a node be emptied", async () => {
    const graph = await operated({ pooler: POOLER });
    const { spec } = graph.named("eu-postgres-pooler").inputs;
    assert.equal(spec.instances, 2);
    assert.equal(spec.pgbouncer.poolMode, "transaction");
    assert.equal(spec.pgbouncer.parameters.default_pool_size, "25");
    assert.equal(spec.pgbouncer.parameters.max_client_conn, "500");
    for (const kind of ["containers", "initContainers"]) {
      for (const container of spec.template.spec[kind] as { resources: object }[]) {
        assert.deepEqual(Object.keys(container.resources).sort(), ["limits", "requests"]);
      }
    }
    const names = clusterOf(graph).inputs.spec.certificates.serverAltDNSNames as string[];
    assert.ok(names.includes("postgres-pooler"));
    assert.equal(graph.named("eu-postgres-pooler-disruption").inputs.spec.maxUnavailable, 1);
    assert.deepEqual(graph.named("eu-api-to-postgres").inputs.spec.podSelector.matchLabels, {
      "cnpg.io/poolerName": "postgres-pooler",
    });
  });

  it("reads get a pooler of their own where there are replicas", async () => {
    const graph = await operated({ instances: 2, pooler: { ...POOLER, reads: true } });
    assert.equal(graph.named("eu-postgres-reads").inputs.spec.type, "ro");
    const { readUrl } = graph.named("eu-postgres-urls").inputs.stringData as { readUrl: string };
    assert.equal(new URL(readUrl).hostname, "postgres-reads");
    assert.deepEqual(graph.named("eu-api-to-postgres-reads").inputs.spec.podSelector.matchLabels, {
      "cnpg.io/poolerName": "postgres-reads",
    });
  });

  it("backups go where they are told, on schedule, with every change archived", async () => {
    const credentials = { id: { value: pulumi.output("key-id") }, key: { value: pulumi.output("hunter2") } };
    const graph = await operated({ backup: { ...BACKUP, credentials, region: "eu-1" } });
    const { spec } = graph.named("eu-postgres-store").inputs;
    const name = nameOf(graph.named("eu-postgres-bucket"));
    assert.equal(spec.retentionPolicy, "30d");
    assert.equal(spec.configuration.destinationPath, "s3://backups/shop");
    assert.deepEqual(spec.configuration.s3Credentials, {
      accessKeyId: { key: "id", name },
      region: { key: "region", name },
      secretAccessKey: { key: "key", name },
    });
    const schedule = graph.named("eu-postgres-schedule").inputs.spec;
    assert.equal(schedule.schedule, "0 0 */6 * * *");
    assert.equal(schedule.method, "plugin");
    const cluster = clusterOf(graph).inputs.spec;
    assert.deepEqual(cluster.plugins, [
      {
        isWALArchiver: true,
        name: "barman-cloud.cloudnative-pg.io",
        parameters: { barmanObjectName: "postgres", serverName: "postgres" },
      },
    ]);
    assert.equal(cluster.postgresql.parameters.archive_timeout, "300s");
    assert.ok(!JSON.stringify(graph.named("eu-postgres-store").inputs).includes("hunter2"));
  });

  it("backups of one that a replica takes over from fetch less at once: it waits for all of that", async () => {
    const atOnce = async (instances: number) => {
      const { spec } = (await operated({ backup: BACKUP, instances })).named("eu-postgres-store").inputs;
      return Number(spec.configuration.wal.maxParallel);
    };
    assert.ok((await atOnce(3)) < (await atOnce(1)));
  });

  const places: [text: string, path: string, endpoint: string | undefined][] = [
    ["s3://name", "s3://name", undefined],
    ["r2://name/folder", "s3://name/folder", "https://abc.r2.cloudflarestorage.com"],
    ["gs://name/a/b", "gs://name/a/b", undefined],
    ["azure://account/name", "https://account.blob.core.windows.net/name", undefined],
  ];
  for (const [text, path, endpoint] of places) {
    it(`backups to ${text} go to ${path}, by the cloud's identity`, async () => {
      const place = parseBucket(text);
      assert.ok(place);
      const identity = { "eks.amazonaws.com/role-arn": "arn" };
      const graph = await operated({ backup: { ...BACKUP, account: "abc", bucket: place, identity } });
      const { configuration } = graph.named("eu-postgres-store").inputs.spec;
      assert.equal(configuration.destinationPath, path);
      assert.equal(configuration.endpointURL, endpoint);
      assert.deepEqual(clusterOf(graph).inputs.spec.serviceAccountTemplate.metadata.annotations, identity);
      assert.ok(!graph.names().includes("eu-postgres-bucket"));
    });
  }

  it("all backups are kept for the days alone: what tiers keep beyond them is marked", async () => {
    const keep = { days: 7, monthly: 12, weekly: 4 };
    const graph = await operated({ backup: { ...BACKUP, keep } });
    assert.equal(graph.named("eu-postgres-store").inputs.spec.retentionPolicy, "7d");
  });

  it("tells programs host, user and password by names of their own, and a migration of the way past the pooler", async () => {
    const from = {
      DB_HOST: { fact: "host", need: "postgres" },
      DB_NAME: { fact: "database", need: "postgres" },
      DB_PASSWORD: { fact: "password", need: "postgres" },
      READ_DB_URL: { fact: "readUrl", need: "postgres" },
      WRITE_DB_URL: { fact: "url", need: "postgres" },
    };
    const graph = await inSpace((space) => {
      const args = { ...postgresDefaults("shop"), instances: 2, pooler: POOLER, space };
      const postgres = new Postgres("postgres", args);
      const migrate = { command: ["migrate"], timeout: time("1m") };
      new Api("api", { from, image: IMAGE, migrate, needs: [postgres], port: 8000, space });
    });
    const name = nameOf(graph.named("eu-postgres-urls"));
    const at = (key: string) => ({ secretKeyRef: { key, name } });
    const told = (resource: string) =>
      Object.fromEntries(
        containerOf(graph.named(resource)).env.map((one) => [one.name, one.value ?? one.valueFrom]),
      );
    const expected = {
      DB_NAME: "shop",
      DB_PASSWORD: at("password"),
      READ_DB_URL: at("readUrl"),
    };
    const part = told("eu-api-deployment");
    const migration = told("eu-api-migration-job");
    for (const [variable, value] of Object.entries(expected)) {
      assert.deepEqual([part[variable], migration[variable]], [value, value], variable);
    }
    assert.deepEqual([part.DB_HOST, part.WRITE_DB_URL], ["postgres-pooler", at("url")]);
    assert.deepEqual([migration.DB_HOST, migration.WRITE_DB_URL], ["postgres-rw", at("directUrl")]);
  });

  it("after a restore it is another Cluster, which began with what the bucket holds of the one before", async () => {
    const restored = {
      backup: "20261121T030000",
      from: "postgres",
      name: "postgres-2",
      to: "2026-11-21T15:30:00Z",
    };
    const graph = await operated({ backup: BACKUP, restored });
    const { metadata, spec } = clusterOf(graph).inputs;
    assert.equal(metadata.name, "postgres-2");
    assert.deepEqual(spec.bootstrap, {
      recovery: {
        database: "shop",
        owner: "shop",
        recoveryTarget: { backupID: "20261121T030000", targetTime: "2026-11-21 15:30:00+00:00" },
        secret: { name: "postgres-login" },
        source: "postgres",
      },
    });
    assert.deepEqual(spec.externalClusters, [
      {
        name: "postgres",
        plugin: {
          name: "barman-cloud.cloudnative-pg.io",
          parameters: { barmanObjectName: "postgres", serverName: "postgres" },
        },
      },
    ]);
    // Everything that finds the database by its name goes with it, and its ways: the one from before needs its own while it goes.
    assert.equal(graph.named("eu-postgres-network").inputs.metadata.name, "postgres-2");
    assert.equal(graph.named("eu-postgres-schedule").inputs.spec.cluster.name, "postgres-2");
    assert.match(graph.named("eu-postgres-urls").inputs.stringData.url as string, /@postgres-2-rw:5432/);
  });

  it("after a clone it is another Cluster, which made anew begins empty: the other stack's bucket is not its own", async () => {
    const restored = { from: "postgres", name: "postgres-2", of: "production", to: "latest" };
    const { metadata, spec } = clusterOf(await operated({ restored })).inputs;
    assert.equal(metadata.name, "postgres-2");
    assert.deepEqual(Object.keys(spec.bootstrap as object), ["initdb"]);
    assert.equal(spec.externalClusters, undefined);
  });

  it("a bucket on a port of its own is reached there", async () => {
    const graph = await operated({ backup: { ...BACKUP, endpoint: "http://s3.local:7070" } });
    const egress = JSON.stringify(graph.named("eu-postgres-network").inputs.spec.egress);
    assert.match(egress, /"port":7070/);
  });

  it("R2 without its account is refused", async () => {
    const place = parseBucket("r2://name");
    assert.ok(place);
    await assert.rejects(
      operated({ backup: { ...BACKUP, bucket: place } }),
      /r2:\/\/name: R2 needs the Cloudflare account's id/,
    );
  });

  it("where there is monitoring, instances, poolers and queries are measured", async () => {
    const graph = await operated({ pooler: POOLER }, { monitoring: "watch" });
    for (const name of ["eu-postgres-monitor", "eu-postgres-pooler-monitor", "eu-postgres-queries"])
      graph.named(name);
    assert.deepEqual(clusterOf(graph).inputs.spec.monitoring, {
      customQueriesConfigMap: [{ key: "queries", name: "postgres-queries" }],
    });
    assert.match(JSON.stringify(graph.named("eu-postgres-network").inputs.spec.ingress), /"port":9187/);
  });

  it("transforms reach its children", async () => {
    const graph = await operated({
      pooler: POOLER,
      transform: { cluster: { spec: { logLevel: "debug" } as object }, pooler: { spec: { instances: 5 } } },
    });
    assert.equal(clusterOf(graph).inputs.spec.logLevel, "debug");
    assert.equal(clusterOf(graph).inputs.spec.instances, 1);
    assert.equal(graph.named("eu-postgres-pooler").inputs.spec.instances, 5);
  });
});

describe("Postgres elsewhere", () => {
  const secret = (text: string) => ({ value: pulumi.output(text) });
  const external = (args: object = {}) =>
    inSpace((space) => {
      const postgres = new Postgres("postgres", {
        addresses: ["10.30.0.0/24"],
        mode: "external",
        port: 6432,
        space,
        tls: "verify-full",
        url: secret("postgresql://u:hunter2@db/shop"),
        ...args,
      });
      new Api("api", { image: IMAGE, needs: [postgres], port: 8000, space });
    });

  it("gives the same outputs as one on the cluster, and makes nothing but their Secret", async () => {
    const graph = await external();
    const keys = (one: Graph) =>
      Object.keys(one.one("slipway:components:Postgres").outputs?.urls as object).sort();
    assert.deepEqual(keys(graph), keys(await operated()));
    const made = graph.childrenOf(graph.one("slipway:components:Postgres")).map((one) => one.name);
    assert.deepEqual(made, ["eu-postgres-urls"]);
  });

  it("gives its parts the same variables, by reference", async () => {
    const names = (graph: Graph) =>
      containerOf(graph.named("eu-api-deployment"))
        .env.filter((one) => one.valueFrom !== undefined)
        .map((one) => one.name);
    assert.deepEqual(names(await external()), names(await operated()));
    assert.ok(!JSON.stringify((await external()).named("eu-api-deployment").inputs).includes("hunter2"));
  });

  it("is reached in its ranges, on its port", async () => {
    const graph = await external();
    assert.deepEqual(graph.named("eu-api-network").inputs.spec.egress, [
      { ports: [{ port: 6432, protocol: "TCP" }], to: [{ ipBlock: { cidr: "10.30.0.0/24" } }] },
    ]);
  });

  it("is trusted by the authority it names", async () => {
    const graph = await external({ ca: secret("PEM") });
    const env = containerOf(graph.named("eu-api-deployment")).env;
    assert.equal(env.find((one) => one.name === "PGSSLROOTCERT")?.value, "/etc/slipway/postgres/ca.crt");
    assert.deepEqual(graph.named("eu-postgres-ca").inputs.stringData, { ca: "PEM" });
  });

  it("with URLs in an external store makes nothing at all", async () => {
    const graph = await external({ url: { key: "value", secret: "secrets-database-url" } });
    assert.deepEqual(graph.childrenOf(graph.one("slipway:components:Postgres")), []);
    const [, url] = containerOf(graph.named("eu-api-deployment")).env.filter(
      (one) => one.valueFrom !== undefined,
    );
    assert.deepEqual(url?.valueFrom?.secretKeyRef, { key: "value", name: "secrets-database-url" });
  });
});
