import assert from "node:assert/strict";
import { clusterIn, forgetting, withRestored } from "../../../tools/recovery/stack-file";
import { says } from "../release/says";

const origin = { from: "postgres", to: "2026-11-21T15:06:10.000Z", backup: "20261121T145908" };

describe("a stack file after a restore", () => {
  it("names the live database, the moment as a text, and is otherwise as it was", () => {
    const before = "# mine\nconfig:\n  slipway:product: shop # ours\n  slipway:postgres:\n    version: 17\n";
    assert.equal(
      withRestored(before, "postgres-2", origin),
      `${before}    restored: { name: "postgres-2", from: "postgres", to: "2026-11-21T15:06:10.000Z", backup: "20261121T145908" }\n`,
    );
  });

  it("forgets the restore before this one", () => {
    const before =
      'config:\n  slipway:postgres:\n    restored: { name: "postgres-2", from: "postgres", to: "latest" }\n';
    const after = withRestored(before, "postgres-3", { from: "postgres-2", to: "latest" });
    assert.equal(
      after,
      'config:\n  slipway:postgres:\n    restored: { name: "postgres-3", from: "postgres-2", to: "latest" }\n',
    );
  });

  it("names the other stack whose data it has", () => {
    const before = "config:\n  slipway:postgres:\n    version: 17\n";
    assert.match(
      withRestored(before, "postgres-2", { from: "postgres", to: "latest", of: "production" }),
      /restored: \{ name: "postgres-2", from: "postgres", to: "latest", of: "production" \}/,
    );
  });

  it("without a map to write it into is left to its owner", () => {
    assert.throws(() => withRestored("config: {}\n", "postgres-2", origin), says(/write slipway:postgres/));
  });
});

describe("the engine's state after a restore", () => {
  const object = (type: string, name: string, namespace = "shop") => ({
    urn: `urn:${type}:${name}`,
    type,
    inputs: { metadata: { name, namespace }, spec: { instances: 1 } },
  });
  const cluster = object("kubernetes:postgresql.cnpg.io/v1:Cluster", "postgres");
  const other = object("kubernetes:postgresql.cnpg.io/v1:Cluster", "postgres", "blog");
  const database = {
    ...object("kubernetes:postgresql.cnpg.io/v1:Database", "postgres"),
    dependencies: [cluster.urn],
  };
  const part = {
    ...object("kubernetes:apps/v1:Deployment", "api"),
    dependencies: [cluster.urn, "urn:secret"],
    propertyDependencies: { spec: [database.urn], metadata: ["urn:secret"] },
  };
  const state = {
    version: 3,
    deployment: { manifest: {}, resources: [cluster, { ...other, urn: "urn:blog" }, database, part] },
  };

  it("knows nothing of the database that is kept, and leaves no thread to it", () => {
    const after = forgetting(state, "shop", "postgres");
    assert.deepEqual(after.deployment.resources, [
      { ...other, urn: "urn:blog" },
      { ...part, dependencies: ["urn:secret"], propertyDependencies: { spec: [], metadata: ["urn:secret"] } },
    ]);
    assert.equal(after.version, 3);
  });

  it("is where the settings of the next one come from", () => {
    assert.deepEqual(clusterIn(state, "shop", "postgres")?.spec, { instances: 1 });
    assert.equal(clusterIn(state, "shop", "other"), undefined);
  });
});
