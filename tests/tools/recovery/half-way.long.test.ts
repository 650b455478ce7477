// A migration that fails half-way: the old version goes on, what was done is told, and the database is brought back to the moment before.
import assert from "node:assert/strict";
import type { Outcome } from "../../../tools/release/outcome";
import { Project } from "../../../tools/testing/project";
import { describeLive } from "../../helpers/live";
import { ask, backedUp, restored, small } from "./product";
import { Acknowledged, writer } from "./writer";

/** One statement that does harm for good, and one that does not exist. */
const HALF_WAY =
  'psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -c "drop table if exists precious" -c "select no_such_thing()"';

describeLive("a migration that fails half-way", function () {
  this.timeout(900_000);
  const product = new Project("half-way-test");
  const said = new Acknowledged(product);
  const { parts, ...rest } = small(product.stack) as { parts: object };
  const version = (migrate: string) => ({
    ...rest,
    parts: { ...parts, writer: { ...writer(), migrate: { backup: "1h", command: ["sh", "-c", migrate] } } },
  });
  const good = version("true");
  const deploy = () => product.slipway(["deploy", "--json", "--no-policy"]);
  let moment = "";

  before(async () => {
    await product.make();
    await product.commit(good);
    const first = await deploy();
    assert.equal(first.code, 0, first.stderr);
    said.listen();
    await ask(product, "postgres-1", "create table precious as select * from generate_series(1, 100)");
    const owner = product.stack.replaceAll("-", "_");
    await ask(product, "postgres-1", `alter table precious owner to ${owner}`);
    await backedUp(product);
    await said.more(20);
  });
  after(async () => {
    await said.stop();
    await product.remove();
  });

  it("leaves the old version writing, and tells what is done for good", async () => {
    const now = "select clock_timestamp() at time zone 'utc'";
    moment = `${(await ask(product, "postgres-1", now)).replace(" ", "T").slice(0, 23)}Z`;
    await product.commit(version(HALF_WAY));
    const failed = await deploy();
    assert.equal(failed.code, 4, failed.stderr);
    assert.match(failed.stderr, /no_such_thing/);
    assert.match(failed.stderr, /outside a transaction, is still done[^]*point in time/);
    assert.equal((JSON.parse(failed.stdout) as Outcome).outcome, "rolled back");
    assert.equal(await ask(product, "postgres-1", "select to_regclass('precious') is null"), "t");
    await said.more(20);
    assert.deepEqual(await said.lost("postgres-1"), []);
  });

  it("is not run again by a restore: the stack file that asks for it is refused, and nothing is touched", async () => {
    const { code, stderr } = await product.slipway(["restore", "--to", moment]);
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /would at once get a migration[^]*parts\.writer\.migrate[^]*git checkout [0-9a-f]+ -- /,
    );
    assert.equal(
      await product.kubectl("get", "clusters.postgresql.cnpg.io", "-o=jsonpath={.items[*].metadata.name}"),
      "postgres",
    );
    await said.more(5);
  });

  it("is undone by a restore to the moment before, with the stack file of what runs", async () => {
    await product.commit(good);
    await restored(product, moment);
    await said.more(20);
    await product.unchanged();
  });
});
