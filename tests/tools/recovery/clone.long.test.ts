// Staging with production's data: nobody of production is in it, its keys stay nowhere, and SQL that fails changes nothing.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cloned } from "../../../tools/recovery/clone";
import { describeLive } from "../../helpers/live";
import { Project } from "../../../tools/testing/project";
import { ask, backedUp, small } from "./product";

const PERSON = "ada.lovelace@analytical.example";

describeLive("a clone for staging", function () {
  this.timeout(900_000);
  const source = new Project("clone-source");
  const target = new Project("clone-target", source);
  const shop = (stack: string) => {
    const { postgres, ...rest } = small(stack) as { postgres: object };
    const checks = [{ name: "people are there", sql: "select count(*) from people", expect: "= 3" }];
    return { ...rest, postgres: { ...postgres, database: "shop", drill: { checks } } };
  };
  const clone = (...words: string[]) => target.slipway(["clone", "--from", source.stack, "--json", ...words]);
  const sqlFile = (name: string, text: string) => {
    const file = join(source.folder, "result", name);
    writeFileSync(file, text);
    return file;
  };
  const objects = (kind: string) =>
    target.kubectl("get", kind, "--output=jsonpath={.items[*].metadata.name}").then((text) => text.trim());

  before(async () => {
    await source.make();
    await target.make();
    for (const product of [source, target]) {
      await product.commit(shop(product.stack));
      await product.pulumi("stack", "init");
    }
    await Promise.all([source, target].map((product) => product.pulumi("up", "--yes", "--skip-preview")));
    const people = `create table people as select n as id, 'n' || n || '.${PERSON}' as email from generate_series(1, 3) n`;
    await ask(source, "postgres-1", people);
    await ask(source, "postgres-1", "alter table people owner to shop");
    await backedUp(source);
    assert.equal((await source.slipway(["backup"])).code, 0);
  });
  after(async () => {
    await target.remove();
    await source.remove();
  });

  it("leaves everything as it was where its SQL fails", async () => {
    const file = sqlFile("wrong.sql", "update people set email = id;\nupdate people set emial = id;\n");
    const before = target.settings();
    const { code, stderr } = await clone("--anonymise", file);
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /wrong.sql cannot be applied[^]*wrong.sql:2: ERROR: .*"emial"[^]*nothing was switched/,
    );
    assert.doesNotMatch(stderr, /lovelace/);
    assert.deepEqual(target.settings(), before);
    await target.until(async () => (await objects("clusters.postgresql.cnpg.io")) === "postgres");
    assert.equal(await objects("objectstores.barmancloud.cnpg.io"), "postgres");
    assert.doesNotMatch(await objects("secrets"), /-source/);
    assert.equal(await ask(target, "postgres-1", "select to_regclass('people') is null"), "t");
  });

  it("has the rows and not the people, archives on its own, and holds no key of the other bucket", async () => {
    const file = sqlFile("people.sql", "update people set email = id || '@example.com';\n");
    const answer = await clone("--anonymise", file);
    assert.equal(answer.code, 0, answer.stderr);
    const { database, anonymised, checks } = JSON.parse(answer.stdout) as Cloned;
    assert.deepEqual([anonymised, checks.map(({ ok }) => ok)], [true, [true]]);
    const pod = `${database}-1`;
    assert.equal(
      await ask(target, pod, "select string_agg(email, ' ' order by id) from people"),
      "1@example.com 2@example.com 3@example.com",
    );
    const grep =
      "if grep -rql lovelace /var/lib/postgresql/data/pgdata/base; then echo found; else echo none; fi";
    await ask(target, pod, "checkpoint");
    assert.equal(
      (await target.kubectl("exec", pod, "-c", "postgres", "--", "sh", "-c", grep)).trim(),
      "none",
    );
    assert.equal(await objects("objectstores.barmancloud.cnpg.io"), "postgres");
    assert.doesNotMatch(await objects("secrets"), /-source/);
    const spec = await target.kubectl("get", "clusters.postgresql.cnpg.io", database, "-o=jsonpath={.spec}");
    assert.doesNotMatch(spec, /externalClusters|recovery"|-source/);
    // The first backup of the clone is of the clone's own folder in the target's bucket.
    await backedUp(target, database);
    await target.unchanged();
    assert.equal(
      await ask(source, "postgres-1", "select count(*) from people where email like '%lovelace%'"),
      "3",
    );
  });
});
