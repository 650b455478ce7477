import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { BackupArgs } from "../../components/backups";
import { Redis } from "../../components/redis";
import type { Graph } from "../../components/testing";
import { Upkeep, type UpkeepWork } from "../../components/upkeep";
import { offsiteOf, redisCopyOf, tiersOf } from "../../components/upkeep/work";
import { barmanImage, redisDefaults } from "../../config";
import { parseBucket } from "../../config/bucket";
import { images } from "../../platform/versions";
import { type Container, inSpace, nameOf, size, time } from "../helpers/product";

const bucket = (text: string) => {
  const parsed = parseBucket(text);
  assert.ok(parsed);
  return parsed;
};
const held = (value: string) => ({ value: pulumi.output(value) });
const keys = (word: string): BackupArgs["credentials"] => ({
  id: held(`id-${word}`),
  key: held(`hunter2-${word}`),
});
const KEEP = { days: 30, monthly: 12, weekly: 4 };
const BACKED = {
  bucket: bucket("s3://backups/shop"),
  credentials: keys("here"),
  keep: KEEP,
  server: "postgres",
};
const OFFSITE = {
  bucket: bucket("r2://far/copies"),
  account: "abc",
  credentials: keys("far"),
  every: { cron: "0 2 * * *" },
  keep: { days: 90, monthly: 0, weekly: 0 },
};
const make = (work: UpkeepWork) => inSpace((space) => new Upkeep("work", { space, ...work }));
const specOf = (graph: Graph) => graph.named("eu-work-schedule").inputs.spec;
const podIn = (graph: Graph) =>
  specOf(graph).jobTemplate.spec.template.spec as {
    containers: Container[];
    initContainers?: Container[];
    serviceAccountName?: string;
    automountServiceAccountToken: boolean;
    securityContext: Record<string, unknown>;
  };
const stepsOf = (graph: Graph) => [...(podIn(graph).initContainers ?? []), ...podIn(graph).containers];
const told = (container: Container | undefined) =>
  Object.fromEntries((container?.env ?? []).map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
const ports = (graph: Graph) => JSON.stringify(graph.named("eu-work-network").inputs.spec.egress);

describe("work on copies of data", () => {
  it("runs one at a time, in UTC, within its time, and is as safe as any pod in each of its steps", async () => {
    const graph = await make(offsiteOf(BACKED, OFFSITE));
    const spec = specOf(graph);
    assert.deepEqual(
      [spec.schedule, spec.timeZone, spec.concurrencyPolicy, spec.jobTemplate.spec.activeDeadlineSeconds],
      ["0 2 * * *", "Etc/UTC", "Forbid", 72_000],
    );
    assert.equal(podIn(graph).automountServiceAccountToken, false);
    assert.equal(podIn(graph).securityContext.runAsNonRoot, true);
    for (const { resources, securityContext } of stepsOf(graph) as unknown as Record<string, object>[]) {
      assert.deepEqual(Object.keys(resources ?? {}).sort(), ["limits", "requests"]);
      assert.equal((securityContext as { readOnlyRootFilesystem: boolean }).readOnlyRootFilesystem, true);
    }
  });

  it("holds no key but in Secrets, and each step has its own", async () => {
    const graph = await make(offsiteOf(BACKED, OFFSITE));
    for (const one of graph.resources.filter(({ type }) => type !== "kubernetes:core/v1:Secret")) {
      assert.ok(!JSON.stringify([one.inputs, one.outputs]).includes("hunter2"), one.name);
    }
    const name = nameOf(graph.named("eu-work-secret"));
    const [copy, keep] = stepsOf(graph);
    const at = (key: string) => ({ secretKeyRef: { key, name } });
    assert.deepEqual(
      told(copy).RCLONE_CONFIG_SOURCE_ACCESS_KEY_ID,
      at("copy.RCLONE_CONFIG_SOURCE_ACCESS_KEY_ID"),
    );
    assert.deepEqual(told(keep).AWS_SECRET_ACCESS_KEY, at("keep.AWS_SECRET_ACCESS_KEY"));
    const values = graph.named("eu-work-secret").inputs.stringData as Record<string, string>;
    assert.equal(values["copy.RCLONE_CONFIG_SOURCE_SECRET_ACCESS_KEY"], "hunter2-here");
    assert.equal(values["keep.AWS_SECRET_ACCESS_KEY"], "hunter2-far");
  });

  it("reaches the buckets and nothing else, marked as one that the platform's own lets in", async () => {
    const graph = await make(tiersOf({ ...BACKED, endpoint: "http://s3.local:7070" }));
    assert.equal(ports(graph), '[{"ports":[{"port":7070,"protocol":"TCP"}]}]');
    const { labels } = specOf(graph).jobTemplate.spec.template.metadata as { labels: Record<string, string> };
    assert.equal(labels["slipway.dev/bucket"], "true");
  });
});

describe("the tiers of backups", () => {
  it("are kept by Barman as the plugin runs it, told of the tiers, and delete nothing themselves", async () => {
    assert.equal(barmanImage, images.barmanSidecar);
    const graph = await make(tiersOf(BACKED));
    const [keep] = stepsOf(graph);
    assert.equal(keep?.image, barmanImage);
    const { DELETE_BEYOND, DESTINATION, MONTHLY, PROVIDER, SERVER, WEEKLY } = told(keep);
    assert.deepEqual(
      [DELETE_BEYOND, DESTINATION, MONTHLY, PROVIDER, SERVER, WEEKLY],
      [undefined, "s3://backups/shop", "12", "aws-s3", "postgres", "4"],
    );
    assert.ok(
      (graph.named("eu-work-scripts").inputs.data as Record<string, string>)["tiers.py"]?.includes(
        "def plan(",
      ),
    );
  });

  it("by the cloud's identity are kept in the database's own name, which its role trusts", async () => {
    const graph = await make(tiersOf({ ...BACKED, credentials: undefined, server: "postgres-2" }));
    assert.equal(podIn(graph).serviceAccountName, "postgres-2");
    assert.ok(!graph.names().includes("eu-work-secret"));
  });

  const others: [string, Record<string, unknown>, string[]][] = [
    ["gs://name/a", { DESTINATION: "gs://name/a", PROVIDER: "google-cloud-storage" }, ["GOOGLE_KEY"]],
    [
      "azure://account/name",
      { DESTINATION: "https://account.blob.core.windows.net/name", PROVIDER: "azure-blob-storage" },
      ["AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY"],
    ],
  ];
  for (const [text, plain, secret] of others) {
    it(`in ${text} are named in Barman's words`, async () => {
      const [keep] = stepsOf(await make(tiersOf({ ...BACKED, bucket: bucket(text) })));
      for (const [name, value] of Object.entries(plain)) assert.equal(told(keep)[name], value);
      for (const name of secret) assert.equal(typeof told(keep)[name], "object");
    });
  }

  it("in Google's cloud reach the node that says who they are, without keys only", async () => {
    const gcs = { ...BACKED, bucket: bucket("gs://name") };
    assert.ok(!ports(await make(tiersOf(gcs))).includes("169.254"));
    assert.match(ports(await make(tiersOf({ ...gcs, credentials: undefined }))), /169\.254\.169\.254/);
  });
});

describe("the copy off site", () => {
  it("is of one remote to another, and kept there by days of its own", async () => {
    const [copy, keep] = stepsOf(await make(offsiteOf(BACKED, OFFSITE)));
    const { DAYS, FROM, RCLONE_CONFIG_OFFSITE_ENDPOINT, RCLONE_CONFIG_OFFSITE_PROVIDER, TO } = told(copy);
    assert.deepEqual(
      [DAYS, FROM, TO, RCLONE_CONFIG_OFFSITE_ENDPOINT, RCLONE_CONFIG_OFFSITE_PROVIDER],
      [
        "90",
        "source:backups/shop",
        "offsite:far/copies",
        "https://abc.r2.cloudflarestorage.com",
        "Cloudflare",
      ],
    );
    assert.deepEqual([told(keep).DELETE_BEYOND, told(keep).DESTINATION], ["90", "s3://far/copies"]);
  });

  it("has no word in it that deletes at the source", async () => {
    const [copy] = stepsOf(await make(offsiteOf(BACKED, OFFSITE)));
    assert.doesNotMatch(JSON.stringify(copy?.command), /delete|sync|move|purge/);
  });
});

describe("the copy of Redis", () => {
  const make = (identity?: Record<string, string>) =>
    inSpace((space) => {
      const redis = new Redis("redis", { ...redisDefaults("queue"), space });
      const backup = {
        bucket: bucket("s3://redis/shop"),
        every: { cron: "0 */6 * * *" },
        keep: time("7d"),
        ...(identity === undefined ? { credentials: keys("redis") } : { identity }),
      };
      const copied = { connection: redis.connection, image: "redis:7", memory: size("256Mi") };
      new Upkeep("work", { space, ...redisCopyOf(copied, backup) });
    });

  it("asks Redis with its password by reference, and is let in", async () => {
    const graph = await make();
    const [dump, store] = stepsOf(graph);
    const name = nameOf(graph.named("eu-redis-urls"));
    assert.deepEqual(told(dump).REDISCLI_AUTH, { secretKeyRef: { key: "password", name } });
    assert.equal(told(dump).REDIS_HOST, "redis");
    assert.equal(told(store).REDISCLI_AUTH, undefined);
    graph.named("eu-work-to-redis");
  });

  it("goes to its bucket, and stays there for its time", async () => {
    const [, store] = stepsOf(await make());
    assert.deepEqual([told(store).TO, told(store).KEEP], ["copies:redis/shop", "604800s"]);
  });

  it("by the cloud's identity is taken in a name of its own", async () => {
    const graph = await make({ "eks.amazonaws.com/role-arn": "arn" });
    assert.deepEqual(graph.named("eu-work-account").inputs.metadata.annotations, {
      "eks.amazonaws.com/role-arn": "arn",
    });
    assert.equal(podIn(graph).serviceAccountName, "work");
    assert.equal(told(stepsOf(graph)[1]).RCLONE_CONFIG_COPIES_ENV_AUTH, "true");
  });
});
