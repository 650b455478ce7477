/** Anonymising, on a real Postgres: all or nothing, and not a byte of the people is left on the disk. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { anonymise } from "../../../tools/recovery/anonymise";
import type { Kube } from "../../../tools/release/kube";
import { run } from "../../../toolchain/lib/run";
import { describeWith, servicesMissing, startPostgres, type Service } from "../../helpers/services";
import { fakeKube } from "../release/cluster";
import { says } from "../release/says";

const PERSON = "ada.lovelace@analytical.example";

describeWith(servicesMissing(), "anonymising", function () {
  this.timeout(60_000);
  let server: Service;
  let kube: Kube;
  const database = { database: "shop", owner: "shop" };
  const at = { namespace: "staging", pod: "postgres-1", database };
  const ask = async (text: string, name = "shop") => {
    const words = [
      "-XAtq",
      "--set=ON_ERROR_STOP=1",
      "--dbname",
      server.url.replace(/\/postgres$/, `/${name}`),
    ];
    return (await run("psql", words, { input: text })).stdout.trim();
  };
  /** What kubectl would run in the pod, run here. */
  const here = (words: string[], input = "", allowFailure = false) => {
    const psql = words.slice(words.indexOf("--") + 2, -2);
    const url = server.url.replace(/\/postgres$/, `/${words.at(-1) ?? ""}`);
    return run("psql", [...psql, "--dbname", url], { input, allowFailure });
  };

  before(async () => {
    server = await startPostgres();
    kube = { ...fakeKube(), ask: (_, words, how) => here(words, how?.input, how?.allowFailure) };
  });
  after(() => server.stop());
  beforeEach(async () => {
    await ask(
      "create role shop login password 'ours'; create role intern login password 'theirs'",
      "postgres",
    );
    await ask("create database shop owner shop", "postgres");
    await ask("create database crm", "postgres");
    await ask(`create table leads as select '${PERSON}' as email`, "crm");
    await ask(`
      create table users (id int primary key, email text unique);
      insert into users select n, 'n' || n || '.${PERSON}' from generate_series(1, 500) n;
      create materialized view recent as select email from users;
      analyze;
    `);
  });
  afterEach(async () => {
    await ask("drop database if exists shop", "postgres");
    await ask("drop database if exists crm", "postgres");
    await ask("drop role if exists shop; drop role if exists intern", "postgres");
  });

  /** The files of all tables and indexes, after everything has reached them. */
  async function onDisk(): Promise<boolean> {
    await ask("checkpoint", "postgres");
    const base = join(server.folder, "data", "base");
    const files = readdirSync(base, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    return files.some((one) => readFileSync(join(one.parentPath, one.name)).includes("lovelace"));
  }

  it("leaves nobody: not in rows, in views, in other databases, in old versions of rows, in statistics", async () => {
    assert.ok(await onDisk(), "the people are found where they are");
    await anonymise(kube, at, { file: "people.sql", text: "update users set email = id || '@example.com'" });
    assert.equal(await ask("select count(*) from users where email like '%@example.com'"), "500");
    assert.equal(await ask("select count(*) from recent where email like '%lovelace%'"), "0");
    assert.equal(await ask("select count(*) from pg_database where datname = 'crm'"), "0");
    assert.ok(!(await onDisk()), "no file holds a row as it was");
  });

  it("takes away the passwords of all others who could log in, and leaves the owner's", async () => {
    await anonymise(kube, at, { file: "people.sql", text: "select 1" });
    const known = "select string_agg(rolname, ',') from pg_authid where rolpassword is not null";
    assert.equal(await ask(known), "shop");
  });

  it("does all of it or nothing, and says which line was wrong without quoting anybody", async () => {
    const text = `update users set email = 'x' where id = 1;\nupdate users set email = 'x';`;
    await assert.rejects(anonymise(kube, at, { file: "people.sql", text }), (error) => {
      says(/people.sql cannot be applied[^]*people.sql:2: ERROR: .*users_email_key/)(error);
      assert.doesNotMatch((error as Error).stack ?? "", /lovelace|DETAIL/);
      return true;
    });
    assert.equal(await ask("select count(*) from users where email like '%lovelace%'"), "500");
    assert.equal(await ask("select count(*) from pg_database where datname = 'crm'"), "1");
  });
});
