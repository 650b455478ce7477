import assert from "node:assert/strict";
import { Api, type ApiArgs } from "../../components/api";
import { Postgres } from "../../components/postgres";
import { postgresDefaults } from "../../config";
import { containerOf, IMAGE, inSpace, podOf, time } from "../helpers/product";

const migrating = (args: Partial<ApiArgs> = {}) =>
  inSpace((space) => {
    const migrate = { command: ["alembic", "upgrade", "head"], timeout: time("10m") };
    new Api("api", { image: IMAGE, migrate, port: 8000, space, ...args });
  });
const JOB = "kubernetes:batch/v1:Job";

describe("Migration", () => {
  it("is a Job named by image and command", async () => {
    const nameOf = async (args: Partial<ApiArgs> = {}) =>
      (await migrating(args)).one(JOB).inputs.metadata.name as string;
    const name = await nameOf();
    assert.match(name, /^api-migration-[0-9a-f]{10}$/);
    assert.equal(await nameOf(), name);
    assert.equal(
      await nameOf({ env: { LOG_LEVEL: "debug" }, secrets: { A: { key: "a", secret: "s" } } }),
      name,
    );
    assert.notEqual(await nameOf({ image: IMAGE.replaceAll("a", "b") }), name);
    assert.notEqual(await nameOf({ migrate: { command: ["other"], timeout: time("10m") } }), name);
  });

  it("makes way for the next before it runs, so that a failed one can be gone back on", async () => {
    assert.equal((await migrating()).one(JOB).deleteBeforeReplace, true);
  });

  it("comes before any new pod of its part", async () => {
    const graph = await migrating();
    assert.ok(graph.named("eu-api-deployment").after.includes(graph.one(JOB).urn));
  });

  it("comes after the database, its login and the way there", async () => {
    const graph = await inSpace((space) => {
      const postgres = new Postgres("postgres", { ...postgresDefaults("shop"), space });
      const migrate = { command: ["migrate"], timeout: time("10m") };
      new Api("api", { image: IMAGE, migrate, needs: [postgres], port: 8000, space });
    });
    const { after } = graph.one(JOB);
    const first = [
      "eu-postgres-cluster",
      "eu-postgres-database",
      "eu-postgres-urls",
      "eu-api-migration-network",
      "eu-api-migration-to-postgres",
      "eu-deny",
    ];
    for (const name of first) assert.ok(after.includes(graph.named(name).urn), name);
  });

  it("goes past the pooler, and its part through it", async () => {
    const graph = await inSpace((space) => {
      const pooler = { clients: 100, instances: 2, mode: "transaction" as const, reads: false, size: 20 };
      const postgres = new Postgres("postgres", { ...postgresDefaults("shop"), pooler, space });
      const migrate = { command: ["migrate"], timeout: time("10m") };
      new Api("api", { image: IMAGE, migrate, needs: [postgres], port: 8000, space });
    });
    const keyOf = (name: string) =>
      containerOf(graph.named(name)).env.find((one) => one.name === "DATABASE_URL")?.valueFrom?.secretKeyRef
        .key;
    assert.equal(keyOf("eu-api-migration-job"), "directUrl");
    assert.equal(keyOf("eu-api-deployment"), "url");
    const { directUrl, url } = graph.named("eu-postgres-urls").inputs.stringData as Record<string, string>;
    assert.match(directUrl ?? "", /@postgres-rw:5432\//);
    assert.match(url ?? "", /@postgres-pooler:5432\//);
  });

  it("fails in its time, after few tries, and says why in its last lines", async () => {
    const job = (await migrating()).one(JOB);
    assert.equal(job.inputs.spec.activeDeadlineSeconds, 600);
    assert.equal(job.inputs.spec.backoffLimit, 2);
    assert.equal(podOf(job).restartPolicy, "Never");
    assert.equal(containerOf(job).terminationMessagePolicy, "FallbackToLogsOnError");
  });

  it("stays, so that Pulumi does not find it gone", async () => {
    assert.equal((await migrating()).one(JOB).inputs.spec.ttlSecondsAfterFinished, undefined);
  });

  it("is as safe as any pod, and no target of its part's Service", async () => {
    const graph = await migrating();
    const job = graph.one(JOB);
    assert.equal(
      (containerOf(job).securityContext as { readOnlyRootFilesystem: boolean }).readOnlyRootFilesystem,
      true,
    );
    assert.equal(podOf(job).automountServiceAccountToken, false);
    const labels = job.inputs.spec.template.metadata.labels as Record<string, string>;
    assert.notEqual(labels["app.kubernetes.io/name"], "api");
  });

  it("has its part's variables and secrets", async () => {
    const secrets = { TOKEN: { key: "value", secret: "held" } };
    const job = (await migrating({ env: { LOG_LEVEL: "info" }, secrets })).one(JOB);
    assert.deepEqual(containerOf(job).env, [
      { name: "LOG_LEVEL", value: "info" },
      { name: "TOKEN", valueFrom: { secretKeyRef: { key: "value", name: "held" } } },
    ]);
  });
});
