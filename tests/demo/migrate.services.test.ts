/** Migrations: in order, once, whole or not at all, however many run at once. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "../../demo/shared/database";
import { openLog } from "../../demo/shared/log";
import { bundle, demoFolder, run, serve, storeEnv, type Bundles } from "../helpers/demo";
import {
  eventually,
  freePort,
  describeWith,
  servicesMissing,
  startPostgres,
  startRedis,
  type Service,
} from "../helpers/services";

describeWith(servicesMissing(), "demo migrations", function () {
  this.timeout(60_000);
  let postgres: Service, bundles: Bundles, folder: string, database: Database, url: string;
  let number = 0;

  before(async () => {
    [postgres, bundles] = await Promise.all([startPostgres(), bundle("api")]);
  });
  after(async () => {
    await postgres.stop();
    bundles.remove();
  });

  // Each test has a database and a folder of migrations of its own.
  beforeEach(async () => {
    const name = `test_${++number}`;
    const admin = open(postgres.url);
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.close();
    url = postgres.url.replace(/postgres$/, name);
    database = open(url);
    folder = mkdtempSync(join(tmpdir(), "slipway-test-migrations-"));
    cpSync(join(demoFolder, "api/migrations"), folder, { recursive: true });
  });
  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (to: string) =>
    new Database(
      { DATABASE_URL: to, DATABASE_POOL_SIZE: 2 },
      "test",
      openLog("test", { LOG_LEVEL: "silent", RELEASE: "test" }),
    );
  const migrate = () => run(bundles, "api", ["migrate", "--from", folder], { DATABASE_URL: url });
  const add = (name: string, sql: string) => {
    writeFileSync(join(folder, name), sql);
  };
  const applied = async () =>
    (await database.query<{ name: string }>("SELECT name FROM schema_migrations ORDER BY name")).map(
      ({ name }) => name,
    );
  const exists = async (table: string) =>
    (await database.query<{ there: boolean }>("SELECT to_regclass($1) IS NOT NULL AS there", [table]))[0]
      ?.there;
  const own = ["0001_users.sql", "0002_jobs.sql", "0003_uploads.sql"];

  it("applies every file once, and nothing the second time", async () => {
    assert.equal(await migrate().exit(), 0);
    assert.deepEqual(await applied(), own);
    const second = migrate();
    assert.equal(await second.exit(), 0);
    assert.deepEqual(second.lines.at(-1)?.applied, []);
  });

  it("lets ten run at once and applies each file in exactly one of them", async () => {
    const runs = Array.from({ length: 10 }, migrate);
    assert.deepEqual(await Promise.all(runs.map((one) => one.exit())), Array(10).fill(0));
    const did = runs.flatMap((one) => one.lines.at(-1)?.applied as string[]);
    assert.deepEqual(did.sort(), own);
  });

  it("leaves nothing of a failing file, keeps those before it, and says where it failed", async () => {
    add(
      "0004_broken.sql",
      "CREATE TABLE half (id int);\nINSERT INTO half VALUES (1);\nSELECT nonsense FROM half;\n",
    );
    add("0005_after.sql", "CREATE TABLE after_it (id int);");
    const failing = migrate();
    assert.equal(await failing.exit(), 1);
    const { msg, level } = failing.lines.at(-1) ?? {};
    assert.equal(level, "fatal");
    assert.equal(
      msg,
      '0004_broken.sql, line 3: column "nonsense" does not exist (42703). Nothing of this file was applied.',
    );
    assert.deepEqual([await exists("half"), await exists("after_it")], [false, false]);
    assert.deepEqual(await applied(), own);

    add("0004_broken.sql", "CREATE TABLE half (id int);");
    assert.equal(await migrate().exit(), 0);
    assert.deepEqual([await exists("half"), await exists("after_it")], [true, true]);
  });

  it("leaves nothing when it is killed half way, and the next run is not locked out", async () => {
    add("0004_long.sql", "CREATE TABLE half (id int);\nSELECT pg_sleep(60);\n");
    const killed = migrate();
    await eventually("the long file running", async () => {
      const active = await database.query(
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
      );
      return active.length > 0;
    });
    await killed.stop("SIGKILL");
    assert.equal(await exists("half"), false);
    add("0004_long.sql", "CREATE TABLE half (id int);");
    assert.equal(await migrate().exit(), 0);
    assert.equal(await exists("half"), true);
  });

  it("refuses a file that was changed after it was applied", async () => {
    await migrate().exit();
    add("0002_jobs.sql", "-- changed my mind\n");
    const refused = migrate();
    assert.equal(await refused.exit(), 1);
    assert.match(
      refused.lines.at(-1)?.msg ?? "",
      /^0002_jobs.sql: changed since it was applied here. Restore the file/,
    );
  });

  it("refuses a file that sorts before one already applied", async () => {
    await migrate().exit();
    add("0002_late.sql", "SELECT 1;");
    const refused = migrate();
    assert.equal(await refused.exit(), 1);
    assert.match(refused.lines.at(-1)?.msg ?? "", /^0002_late.sql: comes before 0003_uploads.sql.*Rename it/);
  });

  it("leaves a database alone that is ahead of this release, as after a roll back", async () => {
    add("0004_future.sql", "CREATE TABLE future (id int);");
    await migrate().exit();
    rmSync(join(folder, "0004_future.sql"));
    const older = migrate();
    assert.equal(await older.exit(), 0);
    assert.ok(
      older.lines.some(({ level, msg }) => level === "warn" && msg?.includes("ahead of this release")),
    );
    assert.equal(await exists("future"), true);
  });

  it("waits for a database that is still starting", async () => {
    const late = await startPostgres();
    await late.stop();
    const waiting = run(bundles, "api", ["migrate", "--from", folder], { DATABASE_URL: late.url });
    // No answer for a while, then a server: the same address, a new cluster.
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(waiting.exited, false);
    const begun = await startPostgres({ port: late.port });
    try {
      assert.equal(await waiting.exit(), 0);
    } finally {
      await begun.stop();
    }
  });

  it("a release whose migrations are missing never gets ready", async () => {
    const redis = await startRedis();
    const port = await freePort();
    const env = { ...storeEnv({ url }, redis), PORT: String(port) };
    const api = run(bundles, "api", [], env);
    try {
      const ready = async () => {
        const response = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
        return (
          response && {
            status: response.status,
            body: (await response.json()) as { checks: Record<string, { ok: boolean }> },
          }
        );
      };
      const before = await eventually("an answer", ready);
      assert.equal(before.status, 503);
      assert.deepEqual(
        Object.entries(before.body.checks).map(([name, { ok }]) => [name, ok]),
        [
          ["postgres", true],
          ["schema", false],
          ["redis", true],
        ],
      );
      await migrate().exit();
      await eventually("ready after migrating", async () => (await ready())?.status === 200);
    } finally {
      await api.stop("SIGKILL");
      await redis.stop();
    }
  });

  it("reaches Postgres over TLS, and refuses a server whose certificate it cannot verify", async () => {
    const [secure, redis] = await Promise.all([startPostgres({ tls: true }), startRedis()]);
    try {
      const certificate = join(secure.folder, "data/server.crt");
      const attempt = (query: string, env: Record<string, string> = {}) =>
        run(bundles, "api", ["migrate", "--from", folder], {
          DATABASE_URL: secure.url + query,
          ...env,
        }).exit();
      assert.equal(await attempt("?sslmode=verify-full"), 1, "an unknown authority");
      assert.equal(await attempt("?sslmode=verify-full", { PGSSLROOTCERT: certificate }), 0);
      assert.equal(await attempt(`?sslmode=verify-full&sslrootcert=${certificate}`), 0);
      assert.equal(await attempt("?sslmode=require"), 0, "encrypted, not verified: as libpq does");
      const otherName = secure.url.replace("localhost", "127.0.0.1");
      const named = run(bundles, "api", ["migrate"], {
        DATABASE_URL: `${otherName}?sslmode=verify-full`,
        PGSSLROOTCERT: certificate,
      });
      assert.equal(await named.exit(), 1, "another host's certificate");
      const api = await serve(bundles, "api", {
        ...storeEnv(secure, redis),
        DATABASE_URL: `${secure.url}?sslmode=verify-full`,
        PGSSLROOTCERT: certificate,
      });
      await api.stop("SIGKILL");
    } finally {
      await Promise.all([secure.stop(), redis.stop()]);
    }
  });
});
