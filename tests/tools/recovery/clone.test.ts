/** What a clone refuses, what it makes, and what of the other stack's it never keeps. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSettings } from "../../../config";
import { errorsOf, wordingIn } from "../../../tools/recovery/anonymise";
import { closeSource, CLONING, openSource, sweep } from "../../../tools/recovery/clone-source";
import { isolated, refuseUnfit, settled } from "../../../tools/recovery/clone-spec";
import type { Backed, Cluster, Store } from "../../../tools/recovery/database";
import { slipway } from "../../../tools/program";
import { checkout } from "../../../toolchain/lib/paths";
import { fakeKube } from "../release/cluster";
import { says } from "../release/says";
import { settingsOf } from "./product";

const stack = (name: string, postgres: object = {}, more: object = {}) => {
  const said = settingsOf("shop") as { postgres: object };
  const raw = { ...said, ...more, postgres: { ...said.postgres, ...postgres } };
  return { name, settings: parseSettings(raw, { where: `Pulumi.${name}.yaml` }) };
};
const staging = stack("staging");
const source = stack("production");

describe("a clone", () => {
  it("is refused where it could only do harm", () => {
    const production = { name: "live", settings: { ...staging.settings, tier: "production" as const } };
    assert.throws(
      () => refuseUnfit(production, source),
      says(/live is production: nothing is cloned into it/),
    );
    assert.throws(() => refuseUnfit(source, source), says(/into itself[^]*slipway restore production/));
    assert.doesNotThrow(() => refuseUnfit(staging, source));
  });

  it("is refused where two servers would not read the same files alike, all differences at once", () => {
    const other = stack("staging", { version: 16, database: "other" });
    assert.throws(
      () => refuseUnfit(other, source),
      says(
        /postgres.version is 16 in Pulumi.staging.yaml, and 15[^]*postgres.database is other[^]*postgres.owner is other/,
      ),
    );
  });

  it("is refused without a database on either side", () => {
    const none = { name: "staging", settings: { ...staging.settings, postgres: undefined } };
    assert.throws(() => refuseUnfit(none, source), says(/no database of its own to clone into/));
    assert.throws(
      () => refuseUnfit(staging, { ...none, name: "production" }),
      says(/production has no database/),
    );
  });

  const refused: [string, string[], RegExp][] = [
    ["neither anonymised nor said to stay", [], /--anonymise FILE[^]*--as-it-is/],
    ["both at once", ["--anonymise", "x.sql", "--as-it-is"], /cannot both be meant/],
    ["by a file that is not there", ["--anonymise", "/nowhere.sql"], /nowhere.sql cannot be read[^]*ENOENT/],
  ];
  for (const [what, words, message] of refused) {
    it(`is never ${what}`, () =>
      assert.rejects(
        slipway().parseAsync(["clone", "staging", "--from", "production", ...words, "--cwd", checkout], {
          from: "user",
        }),
        says(message),
      ));
  }

  it("wants SQL that says something", () => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-clone-"));
    const file = join(folder, "people.sql");
    try {
      writeFileSync(file, "-- to be written\n/* update users\n set email = '' */\n");
      assert.throws(() => wordingIn(file), says(/says nothing/));
      writeFileSync(file, "-- people\nupdate users set email = '';\n");
      assert.equal(wordingIn(file).file, "people.sql");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("names the line of the file that failed, and quotes no row", () => {
    const stderr =
      'psql:<stdin>:3: ERROR:  column "emial" does not exist\ncommand terminated with exit code 3\n';
    assert.deepEqual(errorsOf(stderr, "people.sql"), ['people.sql:3: ERROR:  column "emial" does not exist']);
  });
});

const SPEC = {
  instances: 3,
  bootstrap: { recovery: { source: "postgres" } },
  externalClusters: [{ name: "postgres" }],
  enablePDB: true,
  monitoring: { customQueriesConfigMap: [] },
  inheritedMetadata: { labels: { "app.kubernetes.io/name": "postgres" } },
  plugins: [{ name: "barman", isWALArchiver: true, parameters: { serverName: "postgres-1" } }],
  postgresql: { parameters: { max_connections: "100" }, synchronous: { number: 1 } },
  storage: { size: "10Gi" },
};

describe("the database of a clone", () => {
  it("archives nowhere, waits for no replica and carries no label that a policy could open to, at first", () => {
    assert.deepEqual(isolated(SPEC), {
      bootstrap: SPEC.bootstrap,
      enablePDB: false,
      externalClusters: SPEC.externalClusters,
      instances: 1,
      postgresql: { parameters: { max_connections: "100" } },
      storage: { size: "10Gi" },
    });
  });

  it("is in the end as the program makes it, archives under its own name, and knows no other stack's bucket", () => {
    const model: Cluster = {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: { name: "postgres-1", labels: { mine: "yes" } },
      spec: SPEC,
    };
    const database = staging.settings.postgres as Backed;
    const made = settled(model, { namespace: "shop", name: "postgres-2" }, database, {
      from: "postgres",
      to: "latest",
    });
    assert.deepEqual(made.metadata.labels, { mine: "yes" });
    assert.match(JSON.stringify(made.spec.plugins), /"serverName":"postgres-2"/);
    assert.deepEqual(Object.keys(made.spec.bootstrap as object), ["initdb"]);
    assert.equal(made.spec.externalClusters, undefined);
    assert.equal(made.spec.instances, 3);
  });
});

describe("the bucket of a clone's source", () => {
  const store = (configuration: object): Store => ({
    apiVersion: "barmancloud.cnpg.io/v1",
    kind: "ObjectStore",
    metadata: { name: "postgres", namespace: "production" },
    spec: {
      configuration: { destinationPath: "s3://backups/shop", ...configuration },
      retentionPolicy: "30d",
    } as Store["spec"],
  });
  const keyed = store({
    s3Credentials: {
      accessKeyId: { name: "bucket-1", key: "value" },
      secretAccessKey: { name: "bucket-2", key: "value" },
    },
  });
  const secret = (name: string, value: string) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "production" },
    data: { value },
  });
  const at = { namespace: "staging", name: "postgres-2" };
  const of = { namespace: "production", stack: "production" };

  const kubeOfSource = () => fakeKube(keyed, secret("bucket-1", "aWQ="), secret("bucket-2", "a2V5"));

  it("is opened by a copy of its keys, under a name that is found again", async () => {
    const found = await openSource(kubeOfSource(), of, at);
    assert.deepEqual(found.secret.data, { accessKeyId: "aWQ=", secretAccessKey: "a2V5" });
    assert.deepEqual(found.store.spec.configuration.s3Credentials, {
      accessKeyId: { name: "postgres-2-source", key: "accessKeyId" },
      secretAccessKey: { name: "postgres-2-source", key: "secretAccessKey" },
    });
    for (const { metadata } of [found.secret, found.store]) {
      assert.equal(metadata.namespace, "staging");
      assert.equal(metadata.labels?.[CLONING], "postgres-2");
    }
  });

  it("is never told to delete what is old: that is its owner's", async () => {
    assert.ok(!("retentionPolicy" in (await openSource(kubeOfSource(), of, at)).store.spec));
  });

  it("that only a cloud's identity opens is refused, with what to do", async () => {
    const kube = fakeKube(store({ s3Credentials: { inheritFromIAMRole: true } }));
    await assert.rejects(
      openSource(kube, of, at),
      says(/identity of its own cloud[^]*postgres.backup.credentials/),
    );
  });

  it("whose keys are gone is refused", async () => {
    await assert.rejects(
      openSource(fakeKube(keyed), of, at),
      says(/secret bucket-1 is not in namespace production/),
    );
  });

  it("is closed again: neither key nor place stays", async () => {
    const found = await openSource(kubeOfSource(), of, at);
    const kube = fakeKube(found.secret, found.store);
    await closeSource(kube, "staging", "postgres-2");
    assert.equal(kube.objects.size, 0);
  });

  it("is closed by the next clone where one was killed, and what it had restored goes with it", async () => {
    const found = await openSource(kubeOfSource(), of, at);
    const cluster = (name: string, labels: Record<string, string>) => ({
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: { name, namespace: "staging", labels },
    });
    const live = cluster("postgres", {});
    const kube = fakeKube(
      found.secret,
      found.store,
      live,
      cluster("postgres-2", { [CLONING]: "postgres-2" }),
    );
    assert.deepEqual(await sweep(kube, "staging"), ["postgres-2"]);
    assert.deepEqual(
      [...kube.objects.values()].map(({ metadata }) => metadata.name),
      ["postgres"],
    );
  });
});
