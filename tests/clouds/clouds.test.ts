import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Cloud, CLOUDS, clouds } from "../../clouds";
import { settingsOf, changed, SHOP } from "../config/stacks";

const all: [string, Cloud][] = Object.entries(clouds);

describe("clouds", () => {
  it("are one table a file, each reachable by its name in a stack file", () => {
    const files = readdirSync(join(__dirname, "..", "..", "clouds")).map((file) => file.replace(".ts", ""));
    assert.deepEqual(files.filter((file) => file !== "index" && file !== "cloud").sort(), [...CLOUDS].sort());
    for (const cloud of CLOUDS) {
      const settings = settingsOf(
        changed({ "clusters.us.cloud": cloud, tier: "staging", "postgres.memory": "4Gi" }, SHOP),
      );
      assert.equal(settings.clusters.us?.cloud, cloud);
    }
  });

  it("name labels and annotations that Kubernetes accepts", () => {
    const name = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
    for (const [cloud, table] of all) {
      const identity = table.bucketIdentity;
      const names = [
        table.zoneKey,
        table.architectureKey,
        ...Object.keys(table.loadBalancer.annotations),
        ...Object.keys(identity?.serviceAccountAnnotations("role") ?? {}),
        ...Object.keys(identity?.podLabels ?? {}),
      ];
      for (const one of names) assert.match(one, name, `${cloud}: ${one}`);
    }
  });

  it("tie a service account to the very role they are given", () => {
    for (const [cloud, { bucketIdentity }] of all) {
      if (bucketIdentity === undefined) continue;
      const values = Object.values(bucketIdentity.serviceAccountAnnotations("role/of-mine"));
      assert.deepEqual(values, ["role/of-mine"], cloud);
    }
  });

  it("give keyless buckets to the vendor's own cloud only", () => {
    const providers = all.map(([cloud, { bucketIdentity }]) => [cloud, bucketIdentity?.provider]);
    assert.deepEqual(Object.fromEntries(providers), {
      eks: "s3",
      gke: "gcs",
      aks: "azure",
      doks: undefined,
      k3s: undefined,
      generic: undefined,
      local: undefined,
    });
  });

  it("take nothing for granted of a cluster nobody knows", () => {
    assert.equal("storageClass" in clouds.generic, false);
    assert.deepEqual(clouds.generic.loadBalancer.annotations, {});
    assert.equal(clouds.generic.metricsServer, false);
  });

  it("have nodes of their own, all but the machine somebody works at", () => {
    const shared = all.filter(([, { dedicated }]) => !dedicated).map(([cloud]) => cloud);
    assert.deepEqual(shared, ["local"]);
  });

  it("can find out a visitor's address wherever visitors come in", () => {
    for (const [cloud, { loadBalancer }] of all) {
      const proxy = Object.keys(loadBalancer.annotations).some((name) => name.includes("proxy-protocol"));
      assert.equal(loadBalancer.clientAddress === "proxy-protocol", proxy, cloud);
    }
  });
});
